"""Completions, the old endpoint: `POST /v1/completions`, for one prompt or many, whole and streamed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from overlap.mock_server.wire.chat import fields as chat_fields
from overlap.mock_server.wire.common import (
    errors,
    fields,
    lazy,
    logprobs,
    models,
    rules,
    shapes,
    text,
    tokenise,
    tokens,
    usage,
)
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.common.sse import DONE

PATH = "/v1/completions"
NAMES_MODEL = True
# Recorded: unlike the newer endpoints', without a charset.
_KIND = b"text/event-stream"
# OpenAI's own default.
_LIMIT = 16
_MOST_PROMPTS = 2_048
_MOST_CHOICES = 4_096
# With `echo`, prompts are repeated up to this many characters.
_MOST_ECHOED = 4_000_000


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """
    What a caller of completions wants: *choices* answers to each of *prompts*, of at most *limit* tokens.

    *logprobs* is how many likely tokens each place shows, or -1 for none; *echo* sends the prompt first.
    """

    model: str
    stream: bool
    prompts: tuple[str, ...]
    prompt_tokens: int
    limit: int
    choices: int
    stop: tuple[str, ...]
    logprobs: int
    echo: bool
    usage: bool

    @property
    def answers(self) -> int:
        """One for each choice of each prompt."""
        return self.choices * len(self.prompts)

    @property
    def per_token(self) -> int:
        """How many tokens' work one token is: every choice of every prompt has it, with its likeliest others."""
        return self.answers * (1 + 2 * max(self.logprobs, 0))


_RULES: dict[str, rules.Rule] = {
    "model": rules.anything,
    "prompt": rules.anything,
    "max_tokens": rules.integer(0),
    "n": rules.integer(1, 128),
    "best_of": rules.integer(1, 128),
    "stop": chat_fields.RULES["stop"],
    "logprobs": rules.integer(0, 5),
    "echo": rules.boolean,
    "suffix": rules.string,
    "temperature": rules.decimal(0, 2),
    "top_p": rules.decimal(0, 1),
    "presence_penalty": rules.decimal(-2, 2),
    "frequency_penalty": rules.decimal(-2, 2),
    "logit_bias": rules.mapping,
    "seed": rules.integer(-(2**63), 2**63 - 1),
    "stream": rules.boolean,
    "stream_options": chat_fields.RULES["stream_options"],
    "user": rules.string,
    rules.OWN: rules.anything,
}


def _prompt(where: str, value: Any) -> tuple[str, int]:
    """Return one prompt's text and its length; token ids of another vocabulary have no text here."""
    if isinstance(value, str):
        return value, text.count_tokens(value)
    if tokens.are_ids(value):
        return tokens.decode(value) or "", len(value)
    if value == []:
        raise errors.empty(where)
    raise errors.wrong_type(where, "one of a string or array of token ids", value)


def _prompts(value: Any) -> list[tuple[str, int]]:
    if value is None or isinstance(value, str) or tokens.are_ids(value):
        return [_prompt("prompt", value or "")]
    if not isinstance(value, list):
        raise errors.wrong_type("prompt", "one of a string, array of strings or array of token ids", value)
    if not value:
        raise errors.empty("prompt")
    if len(value) > _MOST_PROMPTS:
        raise errors.too_long("prompt", len(value), _MOST_PROMPTS, "array")
    return [_prompt(f"prompt[{i}]", item) for i, item in enumerate(value)]


def read(body: bytes) -> CompletionRequest:
    """Return what the caller wants."""
    request = fields.parsed(body)
    model = fields.model(request)
    rules.check(request, _RULES)
    prompts = _prompts(request.get("prompt"))
    get = request.get
    choices: int = get("n") or 1
    stop, limit, chances = get("stop") or (), get("max_tokens"), get("logprobs")
    if (get("best_of") or choices) < choices:
        message = "You requested that the server return more choices than it will generate (HINT: best_of >= n)"
        raise errors.bad_request(message, "best_of")
    if (
        get("echo") is True
        and choices * sum(len(completion_tokens) for completion_tokens, _ in prompts) > _MOST_ECHOED
    ):
        raise errors.bad_request("These prompts are too long to be repeated in every choice.", "echo")
    if choices * len(prompts) > _MOST_CHOICES:
        raise errors.out_of_range("n", choices, 1, _MOST_CHOICES // len(prompts), "integer")
    return CompletionRequest(
        model=model,
        stream=get("stream") is True,
        prompts=tuple(completion_tokens for completion_tokens, _ in prompts),
        prompt_tokens=sum(length for _, length in prompts),
        limit=_LIMIT if limit is None else limit,
        choices=choices,
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        logprobs=-1 if chances is None else chances,
        echo=get("echo") is True,
        usage=(get("stream_options") or {}).get("include_usage") is True,
    )


def compose(request: CompletionRequest, length: int) -> tuple[Sequence[str], str]:
    """Return the tokens of a choice, and its finish reason; every choice of every prompt says the same."""
    if request.limit == 0:
        return ("",), "length"
    return tokenise.generate(length, request.limit, request.stop, request.per_token)


def _said(request: CompletionRequest, answer: Answer) -> int:
    """Return how many tokens all the choices have."""
    if request.limit == 0:
        return 0
    return len(answer.tokens) * request.answers


def _choice(
    request: CompletionRequest, words: Sequence[str], index: int, offset: int, reason: str | None
) -> dict[str, Any]:
    chances = logprobs.legacy(words, request.logprobs, offset) if request.logprobs >= 0 else None
    return {"text": "".join(words), "index": index, "logprobs": chances, "finish_reason": reason}


def _each(request: CompletionRequest) -> Iterator[tuple[int, str]]:
    """Yield the index of every choice, prompt by prompt, and what stands before its first word."""
    for i, prompt in enumerate(request.prompts):
        for k in range(request.choices):
            yield i * request.choices + k, prompt if request.echo else ""


def whole(request: CompletionRequest, answer: Answer) -> bytes:
    """Return the body of an answer in one piece."""
    choices = []
    for index, before in _each(request):
        words = [before, *answer.tokens] if before else answer.tokens
        choices.append(_choice(request, words, index, 0, answer.finish_reason))
    body = {
        "id": f"cmpl-{answer.id}",
        "object": "text_completion",
        "created": answer.created,
        "model": models.snapshot(request.model),
        "choices": choices,
        "usage": usage.legacy(request.prompt_tokens, _said(request, answer)),
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@lru_cache(maxsize=4_096)
def _word(completion_tokens: str, index: int, reason: str, after: bytes) -> bytes:
    """Return what follows id and time in a chunk of one word."""
    choice = {"text": completion_tokens, "index": index, "logprobs": None, "finish_reason": reason or None}
    return b'"choices":[%b],%b' % (orjson.dumps(choice), after)


def _chunks(request: CompletionRequest, answer: Answer, size: int, start: bytes, after: bytes) -> Iterator[bytes]:
    """Yield the events of *size* tokens after another: a chunk for each choice."""
    offset = 0
    tokens = answer.tokens
    for i in range(0, len(tokens), size):
        group = tokens[i : i + size]
        end = answer.finish_reason if i + size >= len(tokens) else ""
        chunks = []
        for index, before in _each(request):
            completion_tokens = [before, *group] if before and not i else group
            if request.logprobs < 0 and not before:
                word = _word if size == 1 else _word.__wrapped__  # longer texts are too many to be kept
                chunks.append(start + word("".join(completion_tokens), index, end, after))
                continue
            place = offset + (len(before) if i else 0)
            choice = orjson.dumps(_choice(request, completion_tokens, index, place, end or None))
            chunks.append(b'%b"choices":[%b],%b' % (start, choice, after))
        offset += len("".join(group))
        yield b"".join(chunks)


def events(request: CompletionRequest, answer: Answer, group: int = 1) -> AnswerEvents:
    """Return the same as server-sent events; the finish reason rides on the last text, on no chunk of its own."""
    model = orjson.dumps(models.snapshot(request.model))
    first = f'data: {{"id":"cmpl-{answer.id}","object":"text_completion","created":{answer.created},'
    start = first.encode()
    after = b'"model":%b%b}\n\n' % (model, b',"usage":null' if request.usage else b"")
    marks = shapes.grouped(len(answer.tokens), group) if group > 1 else None
    chunks = _chunks(request, answer, group, start, after)
    spoken = lazy.events(len(marks or answer.tokens), chunks, request.per_token)
    tail = b""
    if request.usage:
        completion_tokens = orjson.dumps(usage.legacy(request.prompt_tokens, _said(request, answer)))
        tail = b'%b"model":%b,"usage":%b,"choices":[]}\n\n' % (start, model, completion_tokens)
    return AnswerEvents(b"", spoken, tail + DONE, marks=marks, kind=_KIND)
