"""A default executor of 64 threads instead of min(32, cores + 4), and the application's own pools as large."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation, at
from overlap.harness.diagnose.patching import replace
from overlap.harness.diagnose.places import caller

KIND = "trap"
HEADLINE = "p95"
THREADS = 64
ORDER = {"executor": THREADS}
NOTHING = "nothing waited for a thread"
# Below this a wait is the thread waking up, not a queue.
QUEUE = 5_000_000


def watch(notes: Notes) -> None:
    """Note the thread pools that the application makes for itself."""

    def around(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, max_workers: int | None = None, *args: Any, **kwargs: Any) -> None:
            original(self, max_workers, *args, **kwargs)
            if place := caller():
                notes.add("own pool", {**place.facts, "threads": self._max_workers})

        return init

    replace([ThreadPoolExecutor], "__init__", around)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Return the arguments if work waited for a thread, or the application has a pool of few threads."""
    waited = seen.slot.queue is not None and seen.slot.queue.max > QUEUE
    small = any(note["threads"] < THREADS for note in seen.of("own pool"))
    return {} if waited or small else None


def apply() -> None:
    """Make the pools that the application asks for at least as large."""

    def around(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, max_workers: int | None = None, *args: Any, **kwargs: Any) -> None:
            original(self, max(max_workers or 0, THREADS) if caller() else max_workers, *args, **kwargs)

        return init

    replace([ThreadPoolExecutor], "__init__", around)


def title(seen: Observation) -> str:
    """Name the starvation, and what the threads were busy with."""
    busy = seen.of("busy")
    by = f", which {busy[0]['function']} ({at(busy[0])}) keeps busy" if busy else ""
    return f"too few threads in the default executor{by}"


def advice(seen: Observation) -> str:
    """Return the line for the lifespan, or for the pool that the application has made."""
    if pools := [note for note in seen.of("own pool") if note["threads"] < THREADS]:
        return f"{at(pools[0])}: make the pool of {pools[0]['threads']} threads larger: `max_workers={THREADS}`"
    line = f"`asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor({THREADS}))` in your lifespan"
    busy = seen.of("busy")
    return f"{line}; or make {busy[0]['function']} ({at(busy[0])}) a coroutine" if busy else line
