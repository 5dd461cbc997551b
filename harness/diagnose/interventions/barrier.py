"""Every input goes through all steps by itself (`gather` of `ainvoke`) instead of step by step (`abatch`)."""

from collections.abc import Callable
from time import monotonic_ns
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation, at
from overlap.harness.diagnose.patching import classes, replace
from overlap.harness.diagnose.places import caller

KIND = "trap"
# Every call pays for the barrier, so that the typical one tells more surely than the slowest.
HEADLINE = "p50"
NOTHING = "no chain was run step by step over several inputs"
SEQUENCE = "langchain_core.runnables.base:RunnableSequence"


def watch(notes: Notes) -> None:
    """Note every chain that is run over several inputs in one call."""

    def note(steps: int, inputs: int, began: int) -> None:
        if notes.measuring and inputs > 1:
            where = caller()
            about = where.facts if where else {}
            notes.add("abatch", {**about, "steps": steps, "inputs": inputs}, took=monotonic_ns() - began)

    def awaited(original: Callable[..., Any]) -> Callable[..., Any]:
        async def abatch(self: Any, inputs: list[Any], *args: Any, **kwargs: Any) -> Any:
            began = monotonic_ns()
            answer = await original(self, inputs, *args, **kwargs)
            note(len(self.steps), len(inputs), began)
            return answer

        return abatch

    def blocking(original: Callable[..., Any]) -> Callable[..., Any]:
        def batch(self: Any, inputs: list[Any], *args: Any, **kwargs: Any) -> Any:
            began = monotonic_ns()
            answer = original(self, inputs, *args, **kwargs)
            note(len(self.steps), len(inputs), began)
            return answer

        return batch

    replace(classes(SEQUENCE), "abatch", awaited)
    replace(classes(SEQUENCE), "batch", blocking)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Take the barrier out where a call makes several requests, so that there is one to wait at."""
    several = any(len(call.served) > 1 for call in seen.counted)
    return {} if seen.of("abatch") and several else None


def apply() -> None:
    """Let a chain use what every other Runnable does with several inputs: each by itself."""
    from langchain_core.runnables import Runnable

    replace(classes(SEQUENCE), "abatch", lambda _original: Runnable.abatch)
    replace(classes(SEQUENCE), "batch", lambda _original: Runnable.batch)


def title(seen: Observation) -> str:
    """Name the barrier and where it is."""
    note = seen.of("abatch")[0]
    where = f" ({at(note)})" if "file" in note else ""
    return f"a barrier between the steps: abatch over {note['inputs']} inputs{where}"


def advice(seen: Observation) -> str:
    """Return the line to write instead."""
    note = seen.of("abatch")[0]
    where = f"{at(note)}: " if "file" in note else ""
    return f"{where}`await asyncio.gather(*(chain.ainvoke(each) for each in inputs))` instead of `abatch`"
