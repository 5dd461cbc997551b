"""Embeddings: `POST /v1/embeddings`, for texts and for token ids, as floats and as base64."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from overlap.mock_server.wire.common import errors, fields, models, rules, text, tokens, vectors
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.common.lazy import LazyParts

PATH = "/v1/embeddings"
NAMES_MODEL = True
_MOST_INPUTS = 2_048
_MOST_TOKENS = 8_192
# How many numbers an answer in one piece has at most (about 700 kB); larger ones are made as they are sent.
_HELD = 32_768
_USUAL = 1_536
_LENGTHS = {"text-embedding-3-large": 3_072}
_FIXED = frozenset({"text-embedding-ada-002"})


@dataclass(frozen=True, slots=True)
class EmbeddingsRequest:
    """What a caller of embeddings wants: a vector of *dimensions* numbers for each of *inputs*, as bytes."""

    model: str
    inputs: tuple[bytes, ...]
    dimensions: int
    base64: bool
    prompt_tokens: int
    stream: bool = False
    answers: int = 1

    @property
    def per_token(self) -> int:
        """How many tokens' work one input is: an eighth of its vector's length; that of the first is more."""
        return self.dimensions // 8 + 1 if vectors.ready() else vectors.PREPARING


def _dimensions(where: str, value: Any) -> None:
    """Take lengths of a vector; recorded: this endpoint words its faults in a way of its own."""
    if type(value) is not int:
        raise errors.wrong_type(where, "an integer", value)
    if value < 1:
        raise errors.bad_request(f"{value} is less than the minimum of 1 - '{where}'")


def _encoding(where: str, value: Any) -> None:
    rules.string(where, value)
    if value not in {"float", "base64"}:
        raise errors.bad_request(f"'{value}' is not one of ['float', 'base64'] - '{where}'")


_RULES: dict[str, rules.Rule] = {
    "input": rules.anything,
    "model": rules.anything,
    "encoding_format": _encoding,
    "dimensions": _dimensions,
    "user": rules.string,
    rules.OWN: rules.anything,
}


def _each(value: Any) -> list[Any]:
    """Return the inputs one by one: a text, a list of texts, one list of token ids, or a list of such lists."""
    if isinstance(value, str) or tokens.are_ids(value):
        return [value]
    if not isinstance(value, list):
        raise errors.wrong_type("input", "one of a string, array of strings or array of token ids", value)
    if not value:
        raise errors.empty("input")
    if len(value) > _MOST_INPUTS:
        raise errors.too_long("input", len(value), _MOST_INPUTS, "array")
    return value


def _read(where: str, value: Any) -> tuple[bytes, int]:
    """Return what to hash for one input, and its length in tokens."""
    if isinstance(value, str):
        if not value:
            raise errors.empty(where, "string")
        encoded, length = value.encode(), text.count_tokens(value)
    elif tokens.are_ids(value):
        decoded = tokens.decode(value)
        encoded, length = (decoded.encode() if decoded is not None else orjson.dumps(value)), len(value)
    elif value == []:
        raise errors.empty(where)
    else:
        raise errors.wrong_type(where, "one of a string or array of token ids", value)
    if length > _MOST_TOKENS:
        message = (
            f"This model's maximum context length is {_MOST_TOKENS} tokens, however you requested {length} tokens "
            f"({length} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."
        )
        raise errors.bad_request(message)
    return encoded, length


def _length(model: str, wanted: int | None) -> int:
    if wanted is None:
        return _LENGTHS.get(model, _USUAL)
    if model in _FIXED:
        raise errors.bad_request("This model does not support specifying dimensions.")
    most = _LENGTHS.get(model, _USUAL)
    if wanted > most:
        raise errors.bad_request(
            f"Invalid value for 'dimensions' = {wanted}. Must be less than or equal to {most}."
        )
    return wanted


def read(body: bytes) -> EmbeddingsRequest:
    """Return what the caller wants."""
    request = fields.parsed(body)
    model = fields.model(request)
    value = rules.required(request, "input")
    rules.check(request, _RULES)
    each = _each(value)
    inputs = [_read("input" if len(each) == 1 else f"input[{i}]", item) for i, item in enumerate(each)]
    return EmbeddingsRequest(
        model=model,
        inputs=tuple(encoded for encoded, _ in inputs),
        dimensions=_length(model, request.get("dimensions")),
        base64=request.get("encoding_format") == "base64",
        prompt_tokens=sum(length for _, length in inputs),
    )


def compose(request: EmbeddingsRequest, length: int) -> tuple[Sequence[str], str]:  # noqa: ARG001 - there are no words to count
    """Return a token per input, so that each input takes its share of the time."""
    return ("",) * len(request.inputs), "stop"


def _one(request: EmbeddingsRequest, index: int, encoded: bytes) -> bytes:
    """Return one item of `data`."""
    embedding = vectors.vector(request.model, encoded, request.dimensions)
    if request.base64:
        rendered = b'"%b"' % base64.b64encode(embedding.tobytes())
    else:
        listed = orjson.dumps(embedding, option=orjson.OPT_SERIALIZE_NUMPY)
        rendered = b"[\n        %b\n      ]" % listed[1:-1].replace(b",", b",\n        ")
    return b'    {\n      "object": "embedding",\n      "index": %d,\n      "embedding": %b\n    }' % (
        index,
        rendered,
    )


def _parts(request: EmbeddingsRequest) -> Iterator[bytes]:
    """Yield the body, pretty-printed as OpenAI's is, a vector at a time."""
    yield b'{\n  "object": "list",\n  "data": [\n'
    for i, encoded in enumerate(request.inputs):
        yield (b",\n" if i else b"") + _one(request, i, encoded)
    end = {
        "model": models.snapshot(request.model),
        "usage": {"prompt_tokens": request.prompt_tokens, "total_tokens": request.prompt_tokens},
    }
    rest = orjson.dumps(end, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    yield b"\n  ]," + rest[1:]


def whole(request: EmbeddingsRequest, answer: Answer) -> bytes:  # noqa: ARG001 - an embedding has no id
    """Return the body in one piece."""
    return b"".join(_parts(request))


def parts(request: EmbeddingsRequest, answer: Answer) -> LazyParts | None:  # noqa: ARG001 - an embedding has no id
    """Return the parts of a body that is too large to be held; None for others."""
    vectors.prepare()
    large = len(request.inputs) * request.dimensions > _HELD
    return LazyParts(len(request.inputs) + 2, _parts(request)) if large else None


def events(request: EmbeddingsRequest, answer: Answer, group: int = 1) -> AnswerEvents:  # noqa: ARG001 - there are no tokens to group
    """Return the same as one write; embeddings are never streamed, as `stream` is no parameter of theirs."""
    return AnswerEvents(b"", [whole(request, answer)], b"")
