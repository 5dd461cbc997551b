"""Chat completions: `POST /v1/chat/completions`, whole and streamed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from overlap.mock_server.wire.chat import fields as chat_fields
from overlap.mock_server.wire.chat import stream as chat_stream
from overlap.mock_server.wire.chat.stream import Form
from overlap.mock_server.wire.common import (
    errors,
    fields,
    logprobs,
    messages,
    response_format,
    rules,
    tokenise,
    tools,
    usage,
)
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents

PATH = "/v1/chat/completions"
_PRETTY = orjson.OPT_INDENT_2
# Longer answers than this are made each time: what is kept must stay small.
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """
    What a caller of chat completions wants.

    *limit* is the most tokens a choice may have, *text* what it must say where words will not do, *calls* the
    tools it calls instead; *legacy* calls are sent as the old `function_call`. *per_token* is how many tokens'
    work one is: every choice has it, with its likeliest others.
    """

    form: Form
    stream: bool
    prompt_tokens: int
    limit: int | None
    choices: int = 1
    stop: tuple[str, ...] = ()
    text: str | None = None
    calls: tuple[tools.ToolCall, ...] = ()
    legacy: bool = False
    per_token: int = 1

    @property
    def model(self) -> str:
        """The model's name as the caller wrote it."""
        return self.form.model

    @property
    def answers(self) -> int:
        """One for each choice."""
        return self.choices


def _calls(request: dict[str, Any], *, answered: bool) -> tuple[tuple[tools.ToolCall, ...], bool]:
    """Return the calls of the answer, and whether in the old form."""
    if request.get("functions") is not None:
        functions = [tools.function(f"functions[{i}]", spec) for i, spec in enumerate(request["functions"])]
        value = request.get("function_call")
        mode, left = tools.choice({"function": value} if isinstance(value, dict) else value, functions)
        return tools.calls(mode, left, answered=answered, parallel=False), True
    offered = tools.offered(request["tools"]) if request.get("tools") is not None else []
    mode, left = tools.choice(request.get("tool_choice"), offered)
    parallel = request.get("parallel_tool_calls") is not False
    return tools.calls(mode, left, answered=answered, parallel=parallel), False


def read(body: bytes) -> ChatRequest:
    """Return what the caller wants."""
    request = fields.parsed(body)
    model = fields.model(request)
    talk = request.get("messages")
    if talk is None:
        raise errors.missing("messages")
    rules.check(request, chat_fields.RULES, first=lambda: messages.read(talk))
    conversation = messages.read(talk)
    get = request.get
    options = get("stream_options") or {}
    chat_fields.together(request, model)
    limit = get("max_completion_tokens")
    stop = get("stop") or ()
    calls: tuple[tools.ToolCall, ...] = ()
    legacy = False
    if "tools" in request or "functions" in request or "tool_choice" in request:
        calls, legacy = _calls(request, answered=conversation.answered)
    text = response_format.text(request["response_format"], talk) if get("response_format") is not None else None
    choices: int = get("n") or 1
    chances: int = (get("top_logprobs") or 0) if get("logprobs") else -1
    return ChatRequest(
        Form(
            model,
            chat_fields.tier(request),
            options.get("include_usage") is True,
            options.get("include_obfuscation") is not False,
            chances,
        ),
        get("stream") is True,
        conversation.tokens,
        get("max_tokens") if limit is None else limit,
        choices,
        (stop,) if isinstance(stop, str) else tuple(stop),
        text,
        calls,
        legacy,
        choices if chances <= 0 else choices * (1 + 2 * chances),
    )


def compose(request: ChatRequest, length: int) -> tuple[Sequence[str], str]:
    """
    Return the tokens of a choice, and its finish reason: `length` where the caller's limit cut it.

    A call's tokens are its function's name and the pieces of its arguments. Every choice says the same, as a real
    model's would at temperature 0.
    """
    if request.calls:
        return tokenise.cut(
            tools.pieces(request.calls),
            request.limit,
            request.choices,
            "function_call" if request.legacy else "tool_calls",
        )
    if request.text is None:
        return tokenise.generate(length, request.limit, request.stop, request.per_token)
    tokens, met = tokenise.until(tokenise.pieces(request.text), request.stop)
    return tokenise.cut(tokens or ("",), None if met else request.limit, request.choices)


def _message(request: ChatRequest, answer: Answer, tokens: Sequence[str], choice: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(tokens)}
    spoken = chat_stream.spoken_calls(request.calls, tokens)
    if spoken:
        message["content"] = None
        functions = [{"name": call.name, "arguments": "".join(arguments)} for call, arguments in spoken]
        if request.legacy:
            message["function_call"] = functions[0]
        else:
            ids = [chat_stream.call_id(answer.id, choice, i) for i in range(len(functions))]
            message["tool_calls"] = [
                {"id": identity, "type": "function", "function": function}
                for identity, function in zip(ids, functions, strict=True)
            ]
    return message | {"refusal": None, "annotations": []}


def _made(request: ChatRequest, answer: Answer, tokens: Sequence[str]) -> bytes:
    form = request.form
    choices = []
    for i in range(request.choices):
        choice: dict[str, Any] = {"index": i, "message": _message(request, answer, tokens, i)}
        if form.logprobs >= 0 and not request.calls:
            choice["logprobs"] = logprobs.chat(tokens, form.logprobs)
        elif not form.thinks:
            choice["logprobs"] = None
        choices.append(choice | {"finish_reason": answer.finish_reason})
    return orjson.dumps({"model": form.snapshot, "choices": choices}, option=_PRETTY)[1:-2]


@lru_cache(maxsize=128)
def _plain(form: Form, choices: int, tokens: tuple[str, ...], finish_reason: str) -> bytes:
    """Return the middle of an answer in words, which is the same for every request."""
    request = ChatRequest(form, stream=False, prompt_tokens=0, limit=None, choices=choices)
    return _made(request, Answer("", 0, tokens, 0, finish_reason), tokens)


@lru_cache(maxsize=1024)
def _end(form: Form, prompt: int, conversation: int) -> bytes:
    rest = {
        "usage": usage.completion(prompt, conversation),
        "service_tier": form.tier,
        "system_fingerprint": form.fingerprint,
    }
    return orjson.dumps(rest, option=_PRETTY)[1:] + b"\n"


def whole(request: ChatRequest, answer: Answer) -> bytes:
    """Return the body of an answer in one piece, pretty-printed as OpenAI's is."""
    tokens = tuple(answer.tokens)
    form, choices = request.form, request.choices
    if request.calls or request.text is not None or len(tokens) * choices > _KEPT:
        middle = _made(request, answer, tokens)
    else:
        middle = _plain(form, choices, tokens, answer.finish_reason)
    start = f'{{\n  "id": "chatcmpl-{answer.id}",\n  "object": "chat.completion",\n  "created": {answer.created},'
    return b"%b%b,%b" % (start.encode(), middle, _end(form, answer.prompt_tokens, len(tokens) * choices))


def events(request: ChatRequest, answer: Answer, group: int = 1) -> AnswerEvents:
    """Return the same as server-sent events: the role, a chunk per *group* of tokens, the reason, the usage."""
    if request.calls:
        return chat_stream.calls(request.form, answer, request.calls, request.choices, legacy=request.legacy)
    return chat_stream.words(request.form, answer, request.choices, group)
