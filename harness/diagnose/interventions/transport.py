"""aiohttp underneath the HTTP clients instead of httpx2."""

from collections.abc import Callable
from typing import Any

from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.patching import classes, replace

KIND = "tuning"
HEADLINE = "cpu"
NOTHING = "no asynchronous httpx2 client is used, or aiohttp is not installed"
BLOCKING = ("invoke", "thread_pool", "batch", "stream")


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Change it where the application's asynchronous clients are httpx2's."""
    asynchronous = seen.of("pool") and seen.strategy not in BLOCKING
    return {} if asynchronous and seen.installed("httpx2", "aiohttp") else None


def apply() -> None:
    """Have every asynchronous httpx2 client open its connections by aiohttp, with the limits it was given."""
    from openai import DefaultAioHttpClient

    ours: Callable[..., Any] = DefaultAioHttpClient._init_transport  # noqa: SLF001  how the SDK swaps it

    def around(_original: Callable[..., Any]) -> Callable[..., Any]:
        def made(self: Any, **settings: Any) -> Any:
            # A transport of the application's own is replaced too: langchain_openai always makes one.
            return ours(self, **settings | {"transport": None})

        return made

    replace(classes("httpx2:AsyncClient"), "_init_transport", around)


def title(_seen: Observation) -> str:
    """Name the choice."""
    return "aiohttp as the transport"


def advice(_seen: Observation) -> str:
    """Return the argument to give."""
    return "`ChatOpenAI(http_async_client=openai.DefaultAioHttpClient())`, or `AsyncOpenAI(http_client=…)` alike"
