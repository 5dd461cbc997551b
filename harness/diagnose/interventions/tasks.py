"""A task for each call (`ainvoke`, held back by a semaphore) instead of the strategy in use."""

from typing import Any

from overlap.harness.diagnose.observation import Observation

KIND = "tuning"
HEADLINE = "total"
ORDER = {"strategy": "gather_bounded"}
NOTHING = "there is no `ainvoke`, or tasks are what is used"
TASKS = {"gather", "gather_bounded", "task_group", "as_completed"}


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Try it where calls are made otherwise; streams are another question."""
    return {} if "ainvoke" in seen.methods and seen.strategy not in TASKS | {"astream", "astream_many"} else None


def title(_seen: Observation) -> str:
    """Name the choice."""
    return "a task for each call"


def advice(_seen: Observation) -> str:
    """Return the line to write."""
    return "`await asyncio.gather(*(bounded(chain.ainvoke(q)) for q in questions))` with an `asyncio.Semaphore`"
