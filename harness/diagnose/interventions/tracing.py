"""Tracing to LangSmith turned off."""

from contextlib import suppress
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation

KIND = "tuning"
HEADLINE = "cpu"
NOTHING = "tracing is off"


def watch(notes: Notes) -> None:
    """Note in the end whether calls were traced."""

    def look() -> None:
        with suppress(ImportError):
            from langsmith.utils import tracing_is_enabled

            if tracing_is_enabled():
                notes.add("tracing", {})

    notes.at_end(look)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Turn it off where it is on."""
    return {} if seen.of("tracing") else None


def apply() -> None:
    """Have every layer find it off, whatever the environment says."""
    from langchain_core.tracers import context
    from langsmith import utils

    vars(context).update(_tracing_v2_is_enabled=lambda: False)
    vars(utils).update(tracing_is_enabled=lambda *_args, **_kwargs: False)


def title(_seen: Observation) -> str:
    """Name it."""
    return "tracing to LangSmith"


def advice(_seen: Observation) -> str:
    """Return in words how it is sampled rather than lost."""
    return "`LANGSMITH_TRACING_SAMPLING_RATE=0.05`, or `LANGSMITH_TRACING=false` where traces are not read"
