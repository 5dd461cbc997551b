"""The parser's step in a stream run in place instead of on a thread for every chunk."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.patching import classes, replace

KIND = "tuning"
HEADLINE = "cpu"
NOTHING = "no parser is part of a stream"
PARSER = "langchain_core.output_parsers.transform:BaseTransformOutputParser"


def watch(notes: Notes) -> None:
    """Note how many chunks go through a parser."""

    def around(original: Callable[..., Any]) -> Callable[..., Any]:
        async def transform(self: Any, pieces: AsyncIterator[Any]) -> AsyncIterator[Any]:
            async for piece in original(self, pieces):
                if notes.measuring:
                    notes.add("parsed", {"parser": type(self).__name__})
                yield piece

        return transform

    replace(classes(PARSER), "_atransform", around)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Run it in place where chunks go through one."""
    return {} if seen.of("parsed") else None


def apply() -> None:
    """Parse every chunk in place."""
    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import ChatGeneration, Generation

    def around(_original: Callable[..., Any]) -> Callable[..., Any]:
        async def transform(self: Any, pieces: AsyncIterator[Any]) -> AsyncIterator[Any]:
            async for piece in pieces:
                whole = isinstance(piece, BaseMessage)
                yield self.parse_result([ChatGeneration(message=piece) if whole else Generation(text=piece)])

        return transform

    replace(classes(PARSER), "_atransform", around)


def title(_seen: Observation) -> str:
    """Name the choice."""
    return "the parser out of the stream"


def advice(_seen: Observation) -> str:
    """Return the line to write."""
    return "stream the model and take `chunk.text` yourself: `async for chunk in (prompt | model).astream(…)`"
