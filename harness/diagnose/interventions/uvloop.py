"""uvloop instead of asyncio's own event loop."""

from typing import Any

from overlap.harness.diagnose.interventions.transport import BLOCKING
from overlap.harness.diagnose.observation import Observation

KIND = "tuning"
HEADLINE = "cpu"
ORDER = {"loop": "uvloop"}
NOTHING = "there is no event loop, or uvloop is not installed"


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Change it where calls run on a loop and uvloop is installed."""
    return {} if seen.strategy not in BLOCKING and seen.installed("uvloop") else None


def title(_seen: Observation) -> str:
    """Name the choice."""
    return "uvloop as the event loop"


def advice(_seen: Observation) -> str:
    """Return the line to write."""
    return "`uvloop.run(main())` instead of `asyncio.run(main())`; uvicorn: `--loop uvloop`"
