"""No retries: where calls are given up as too slow by waiting longer, else by failing at once."""

from collections.abc import Callable
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.patching import classes, replace
from overlap.harness.model.record import Served

KIND = "trap"
# Without retries more calls may fail, and how soon calls end is then all that can be compared.
HEADLINE = "ended"
NOTHING = "no request was made twice"
PATIENCE = 60.0


def watch(notes: Notes) -> None:
    """Note the timeouts that requests are sent with."""

    def around(original: Callable[..., Any]) -> Callable[..., Any]:
        def build(self: Any, options: Any, **kwargs: Any) -> Any:
            request = original(self, options, **kwargs)
            read = request.extensions.get("timeout", {}).get("read")
            if notes.measuring and read is not None:
                notes.add("timeout", {"seconds": read})
            return request

        return build

    replace(classes("openai._base_client:BaseClient"), "_build_request", around)


def _failed(entry: Served) -> bool:
    return entry.disconnected or entry.status >= 400


def _again(seen: Observation) -> list[Served]:
    """Return the requests of calls that were made in vain; a call's last one may have been its error."""
    return [entry for call in seen.counted for entry in call.served[:-1] if _failed(entry)]


def _impatient(seen: Observation) -> bool:
    vain = _again(seen)
    return sum(entry.disconnected for entry in vain) * 2 >= len(vain)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Return in words what made requests fail: the caller's own timeout, or the server's answers."""
    return {"impatient": _impatient(seen)} if _again(seen) else None


def apply(*, impatient: bool) -> None:
    """Wait a minute for every answer, or make no request twice."""

    def patient(original: Callable[..., Any]) -> Callable[..., Any]:
        def build(self: Any, options: Any, **kwargs: Any) -> Any:
            options.timeout = PATIENCE
            return original(self, options, **kwargs)

        return build

    if impatient:
        replace(classes("openai._base_client:BaseClient"), "_build_request", patient)
        return
    replace(classes("openai._models:FinalRequestOptions"), "get_max_retries", lambda _original: lambda *_: 0)
    replace(classes("langchain_core.runnables.retry:RunnableRetry"), "_kwargs_retrying", _once)


def _once(_original: Any) -> property:
    from tenacity import stop_after_attempt

    return property(lambda _self: {"stop": stop_after_attempt(1)})


def title(seen: Observation) -> str:
    """Name the retries, and how well they hide."""
    calls = seen.counted
    errors = sum(1 for call in calls if call.error)
    shown = "none of them seen to fail" if not errors else f"{errors} of them failed"
    return f"hidden retries: {len(seen.requests)} requests for {len(calls)} calls, {shown}"


def advice(seen: Observation) -> str:
    """Return in words which setting to change, by what made requests fail."""
    vain = _again(seen)
    if _impatient(seen):
        limits = sorted(note["seconds"] for note in seen.of("timeout"))
        setting = f"`timeout={limits[0]:g}`" if limits else "the timeout"
        gave_up = f"{len(vain)} of {len(seen.requests)} requests"
        return f"{setting} gives up {gave_up} that would have been answered: raise it"
    kinds = sorted({entry.status for entry in vain})
    return (
        f"the server answered {len(vain)} of {len(seen.requests)} requests with "
        f"{', '.join(map(str, kinds))}, and the client asked again: `max_retries=0` where you handle errors "
        "yourself, and count requests per call"
    )
