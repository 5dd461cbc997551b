"""LangChain's InMemoryRateLimiter left out."""

from collections.abc import Callable
from time import monotonic_ns
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.patching import classes, replace
from overlap.harness.text.numerals import exactly

KIND = "trap"
HEADLINE = "p95"
NOTHING = "there is no InMemoryRateLimiter"
LIMITER = "langchain_core.rate_limiters:InMemoryRateLimiter"


def watch(notes: Notes) -> None:
    """Note how long calls wait for it."""

    def awaited(original: Callable[..., Any]) -> Callable[..., Any]:
        async def acquire(self: Any, **kwargs: Any) -> Any:
            began = monotonic_ns()
            answer = await original(self, **kwargs)
            _note(notes, self, began)
            return answer

        return acquire

    def blocking(original: Callable[..., Any]) -> Callable[..., Any]:
        def acquire(self: Any, **kwargs: Any) -> Any:
            began = monotonic_ns()
            answer = original(self, **kwargs)
            _note(notes, self, began)
            return answer

        return acquire

    replace(classes(LIMITER), "aacquire", awaited)
    replace(classes(LIMITER), "acquire", blocking)


def _note(notes: Notes, limiter: Any, began: int) -> None:
    if notes.measuring:
        about = {"rate": limiter.requests_per_second, "every": limiter.check_every_n_seconds}
        notes.add("limiter", about, took=monotonic_ns() - began)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Leave it out where calls waited for it."""
    return {} if any(note["took"] for note in seen.of("limiter")) else None


def apply() -> None:
    """Let every call pass at once."""

    def awaited(_original: Callable[..., Any]) -> Callable[..., Any]:
        async def acquire(_self: Any, **_kwargs: Any) -> bool:
            return True

        return acquire

    replace(classes(LIMITER), "aacquire", awaited)
    replace(classes(LIMITER), "acquire", lambda _original: lambda _self, **_kwargs: True)


def title(seen: Observation) -> str:
    """Name the limiter and its rate."""
    note = seen.of("limiter")[0]
    every = exactly(note["every"] * 1000)
    return f"InMemoryRateLimiter at {exactly(note['rate'])} calls a second, polling every {every} ms"


def advice(seen: Observation) -> str:
    """Return in words which of its two numbers is the cheaper one to change."""
    note = seen.of("limiter")[0]
    return (
        f"`check_every_n_seconds=0.002` instead of {exactly(note['every'])}, since a call waits for whole turns "
        "of it; and the rate your provider grants"
    )
