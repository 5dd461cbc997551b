"""Reads the token counts out of an answer's bytes as they pass, whatever library reads the answer."""

import re
import zlib
from dataclasses import dataclass

from overlap.harness.streams.sse import EventReader, may_begin, reader_of

# The counts stand at the end of a stream and of a whole body; of more than this only the end is kept.
_TAIL = 16_384
_PACKED = 4_194_304
# Quotes within an answer's text are escaped, so that no text can be taken for these.
_OUTPUT = re.compile(rb'"(?:completion_tokens|output_tokens)"\s*:\s*(\d+)')
_INPUT = re.compile(rb'"(?:prompt_tokens|input_tokens)"\s*:\s*(\d+)')
_REASONING = re.compile(rb'"reasoning_tokens"\s*:\s*(\d+)')
_TAG = re.compile(rb"\[call ([^\]\s]{1,32})\]")


@dataclass(frozen=True, slots=True)
class Usage:
    """
    Tokens of a prompt and its answer; `counted` says whether the server counted them, else they are a guess.

    `reasoning` is the part of `output` that was reasoning; None if the server does not state it.
    """

    prompt: int
    output: int
    counted: bool
    reasoning: int | None = None


def tag_of(body: bytes) -> str | None:
    """Return the tag of the call that a request's *body* belongs to; None where it has none."""
    match = _TAG.search(body)
    return match[1].decode() if match else None


def guess(characters: int) -> int:
    """
    Return how many tokens so many bytes are about: one for four, as for English.

    >>> guess(90)
    23
    """
    return -(-characters // 4)


class Tap:
    """Receives a response's bytes in pieces; `usage` gives the counts when it has ended."""

    def __init__(self, prompt: int, *, packed: bool = False) -> None:
        self._prompt = prompt
        self._packed = packed
        self._tail = b""
        self._size = 0
        self._begun: bytes | None = b""
        self._reader: EventReader | None = None
        self._events = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._size += len(data)
        if self._packed:
            self._tail = (self._tail + data)[:_PACKED]
            return
        self._count(data)
        self._tail = data[-_TAIL:] if len(data) >= _TAIL else (self._tail + data)[-_TAIL:]

    def _count(self, data: bytes) -> None:
        """Count the events that *data* completes, if its first bytes say that they are events."""
        if self._begun is not None:
            data = self._begun = self._begun + data
            if may_begin(data):
                return
            self._begun, reader = None, reader_of("", data)
            self._reader = reader if isinstance(reader, EventReader) else None
        if self._reader:
            self._events += sum(1 for event in self._reader.feed(data) if event.data)

    def usage(self) -> Usage:
        """Return the counts; if the server stated none, each event, or else four characters, counts as a token."""
        text = _unpacked(self._tail) if self._packed else self._tail
        output, prompts = _OUTPUT.findall(text), _INPUT.findall(text)
        if output:
            thought = _REASONING.findall(text)
            reasoning = int(thought[-1]) if thought and int(thought[-1]) <= int(output[-1]) else None
            return Usage(
                int(prompts[-1]) if prompts else self._prompt, int(output[-1]), counted=True, reasoning=reasoning
            )
        # Of a stream, role and finish reason and [DONE] are events too; of a whole body, the braces are text too.
        return Usage(self._prompt, self._events or guess(self._size), counted=False)


def _unpacked(data: bytes) -> bytes:
    """Undo gzip or deflate; what cannot be undone has no counts to be found."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data)
    except zlib.error:
        return b""
