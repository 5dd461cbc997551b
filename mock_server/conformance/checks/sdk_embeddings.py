"""The official SDK: embeddings."""

import math

import openai

from overlap.mock_server.conformance import sdk
from overlap.mock_server.conformance.expect import same, true
from overlap.mock_server.wire.common import tokens

_MODEL = "text-embedding-3-small"


def base64(url: str) -> None:
    """What the SDK decodes from base64 is what it gets as floats, of unit length."""
    with sdk.client(url) as client:
        one = client.embeddings.create(model=_MODEL, input="waits").data[0].embedding
        other = client.embeddings.create(model=_MODEL, input="waits", encoding_format="float").data[0].embedding
    same("dimensions", len(one), 1536)
    true("both are the same", all(math.isclose(a, b, abs_tol=1e-7) for a, b in zip(one, other, strict=True)))
    true("the length is 1", math.isclose(math.hypot(*one), 1, abs_tol=1e-5))


def dimensions(url: str) -> None:
    """A shorter vector is as long as asked for."""
    with sdk.client(url) as client:
        response = client.embeddings.create(model=_MODEL, input="waits", dimensions=256)
    same("dimensions", len(response.data[0].embedding), 256)
    true("the length is 1", math.isclose(math.hypot(*response.data[0].embedding), 1, abs_tol=1e-5))


def token_ids(url: str) -> None:
    """A text and its token ids have one vector and one usage."""
    with sdk.client(url) as client:
        text = client.embeddings.create(model=_MODEL, input="How long do I wait?")
        ids = client.embeddings.create(model=_MODEL, input=tokens.encode("How long do I wait?"))
    true("the vector is the same", text.data[0].embedding == ids.data[0].embedding)
    same("prompt_tokens", ids.usage.prompt_tokens, text.usage.prompt_tokens)


def nothing(url: str) -> None:
    """An empty list of inputs is refused as `empty_array`."""
    with sdk.client(url) as client:
        try:
            client.embeddings.create(model=_MODEL, input=[])
        except openai.BadRequestError as error:
            same("code", error.code, "empty_array")
            return
    true("it was refused", actual=False)
