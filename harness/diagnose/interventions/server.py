"""The server twice as fast."""

from typing import Any

from overlap.harness.diagnose.observation import Observation

KIND = "probe"
HEADLINE = "p95"
ORDER = {"speed": 2.0}
NOTHING = "the profile's times are not all spelled out, or the server is not the mock"


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Try it where the profile says its times, so that they can be halved."""
    from overlap.harness.diagnose.virtual_speedup import faster

    return {} if faster(seen.profile, 2.0) else None


def title(_seen: Observation) -> str:
    """Name the question."""
    return "a server twice as fast"


def advice(_seen: Observation) -> str:
    """Return what it means if it buys much."""
    return "what is left is the server's time: a quicker model, shorter answers, or fewer steps one after another"
