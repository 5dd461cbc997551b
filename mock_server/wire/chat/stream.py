"""A chat completion as server-sent events, byte for byte in the order of OpenAI's keys."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from overlap.mock_server.wire.common import lazy, logprobs, models, padding, shapes, tokenise, usage
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.common.sse import DONE
from overlap.mock_server.wire.common.tools import ToolCall

FINGERPRINT = "fp_0fe7a1ab5e"
# How long what stands before a chunk's model is, without `data: `; ids and times have one length in all answers.
_START = len('{"id":"chatcmpl-","object":"chat.completion.chunk","created":,') + 29 + 10
_KEPT = 1_024
_WORD = 64


class Form(NamedTuple):
    """What all the chunks of an answer share; *logprobs* is how many a place has, or -1 for none at all."""

    model: str
    tier: str
    usage: bool
    obfuscation: bool
    logprobs: int

    @property
    def snapshot(self) -> str:
        """The dated name the answer carries."""
        return models.snapshot(self.model)

    @property
    def thinks(self) -> bool:
        """Whether the model is of the kind that leaves `logprobs` out where there are none."""
        return models.reasoning(self.model)

    @property
    def fingerprint(self) -> str | None:
        """The system's fingerprint; models that think first have none."""
        return None if self.thinks else FINGERPRINT


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Chunks:
    """Makes what follows id and time in the chunks of one form."""

    def __init__(self, form: Form) -> None:
        self._before = (
            f'"model":{_json(form.snapshot)},"service_tier":"{form.tier}",'
            f'"system_fingerprint":{_json(form.fingerprint)},"choices":['
        )
        self._usage = form.usage
        self._obfuscation = form.obfuscation
        self._logprobs = "" if form.thinks else '"logprobs":null,'

    def line(self, choices: str, usage_json: str = "null") -> bytes:
        """Return the rest of a chunk of these *choices*, framed; *completion_tokens* is its usage."""
        body = f"{self._before}{choices}]"
        if self._usage:
            body += f',"usage":{usage_json}'
        if self._obfuscation:
            body += f',"obfuscation":"{padding.chunk(_START + len(body) + 18)}"'
        return f"{body}}}\n\n".encode()

    def choice(self, index: int, delta: str, reason: str = "null", chances: str = "") -> bytes:
        """Return the rest of a chunk of one choice."""
        return self.line(
            f'{{"index":{index},"delta":{delta},{chances or self._logprobs}"finish_reason":{reason}}}'
        )


class _Words(dict[str, bytes]):
    """The chunk of each word, made when it is first said."""

    def __init__(self, form: Form, index: int) -> None:
        super().__init__()
        self._chunks = Chunks(form)
        self._index = index
        self._top = form.logprobs

    def __missing__(self, word: str) -> bytes:
        chances = f'"logprobs":{_json(logprobs.chat((word,), self._top))},' if self._top >= 0 else ""
        frames = self._chunks.choice(self._index, f'{{"content":{_json(word)}}}', chances=chances)
        if len(word) <= _WORD:  # several tokens in one event are as many different words as there are events
            if len(self) >= _KEPT:
                self.clear()
            self[word] = frames
        return frames


@lru_cache(maxsize=32)
def _words(form: Form, index: int) -> _Words:
    return _Words(form, index)


@lru_cache(maxsize=256)
def _edges(form: Form, index: int, reason: str) -> tuple[bytes, bytes]:
    """Return the rest of the chunk with the role, and of that with the reason."""
    chunks = Chunks(form)
    first = chunks.choice(index, '{"role":"assistant","content":"","refusal":null}')
    return first, chunks.choice(index, "{}", f'"{reason}"')


@lru_cache(maxsize=1024)
def _usage(form: Form, prompt: int, completion_tokens: int) -> bytes:
    return Chunks(form).line("", _json(usage.completion(prompt, completion_tokens)))


def _start(answer: Answer) -> bytes:
    return (
        f'data: {{"id":"chatcmpl-{answer.id}","object":"chat.completion.chunk","created":{answer.created},'
    ).encode()


def _tail(form: Form, answer: Answer, start: bytes, ends: Sequence[bytes]) -> bytes:
    tail = b"".join([start + end for end in ends])
    if form.usage:
        tail += start + _usage(form, answer.prompt_tokens, len(answer.tokens) * len(ends))
    return tail + DONE


def words(form: Form, answer: Answer, choices: int, group: int) -> AnswerEvents:
    """Return the events of an answer in words, *group* tokens to a chunk."""
    start = _start(answer)
    tokens = answer.tokens
    edges = [_edges(form, i, answer.finish_reason) for i in range(choices)]
    head = b"".join([start + first for first, _ in edges])
    tail = _tail(form, answer, start, [last for _, last in edges])
    marks = None
    if group > 1:
        marks = shapes.grouped(len(tokens), group)
    spoken = [_words(form, i) for i in range(choices)]
    if choices == group == 1 and len(tokens) <= lazy.LONG:
        only = spoken[0]
        return AnswerEvents(head, [start + only[token] for token in tokens], tail)
    completion_tokens = (
        ("".join(tokens[i : i + group]) for i in range(0, len(tokens), group)) if group > 1 else iter(tokens)
    )
    frames = (b"".join([start + each[token] for each in spoken]) for token in completion_tokens)
    return AnswerEvents(head, lazy.events(len(marks or tokens), frames, choices), tail, marks=marks)


def call_id(identity: str, choice: int, index: int) -> str:
    """
    Return the id of a call, in the length of OpenAI's; no two share it, as answers differ in their last letters.

    >>> call_id("AnIdOfTwentyNineLetters", 0, 1)
    'call_OfTwentyNineLetters00001'
    """
    return f"call_{identity[-19:]}{choice * 128 + index:05d}"


def spoken_calls(calls: Sequence[ToolCall], tokens: Sequence[str]) -> list[tuple[ToolCall, Sequence[str]]]:
    """Return each call with the pieces of its arguments, as far as *tokens* (cut by a limit, perhaps) go."""
    calls_found: list[tuple[ToolCall, Sequence[str]]] = []
    place = 0
    for call in calls:
        if place >= len(tokens):
            break
        length = len(tokenise.pieces(call.arguments))
        calls_found.append((call, tokens[place + 1 : place + 1 + length]))
        place += 1 + length
    return calls_found


def _opening(call: ToolCall, index: int, identity: str, *, legacy: bool) -> dict[str, Any]:
    function = {"name": call.name, "arguments": ""}
    if legacy:
        return {"role": "assistant", "content": None, "function_call": function, "refusal": None}
    opened = [{"index": index, "id": identity, "type": "function", "function": function}]
    if index:
        return {"tool_calls": opened}
    return {"role": "assistant", "content": None, "tool_calls": opened, "refusal": None}


def _argument(piece: str, index: int, *, legacy: bool) -> str:
    if legacy:
        return f'{{"function_call":{{"arguments":{_json(piece)}}}}}'
    return f'{{"tool_calls":[{{"index":{index},"function":{{"arguments":{_json(piece)}}}}}]}}'


def calls(form: Form, answer: Answer, called: Sequence[ToolCall], choices: int, *, legacy: bool) -> AnswerEvents:
    """Return the events of an answer that calls tools: a chunk opens each call, others bring its arguments."""
    start = _start(answer)
    chunks = Chunks(form)
    rows: list[list[bytes]] = []
    for choice in range(choices):
        row: list[bytes] = []
        for i, (call, arguments) in enumerate(spoken_calls(called, answer.tokens)):
            opening = _json(_opening(call, i, call_id(answer.id, choice, i), legacy=legacy))
            row.append(start + chunks.choice(choice, opening))
            row += [start + chunks.choice(choice, _argument(piece, i, legacy=legacy)) for piece in arguments]
        rows.append(row)
    ends = [chunks.choice(choice, "{}", f'"{answer.finish_reason}"') for choice in range(choices)]
    return AnswerEvents(b"", [b"".join(row) for row in zip(*rows, strict=True)], _tail(form, answer, start, ends))
