"""Embeddings: the vectors, and the two ways they are sent."""

import base64
import subprocess
import sys

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.mock_server.wire.common import tokens
from overlap.mock_server.wire.common.answer import Answer
from overlap.mock_server.wire.endpoints import embeddings


def body(**more) -> bytes:
    """The bytes that answer a request for `text-embedding-3-small`."""
    request = embeddings.read(orjson.dumps({"model": "text-embedding-3-small", "input": "waits", **more}))
    said, reason = embeddings.compose(request, 50)
    return embeddings.whole(request, Answer("", 0, said, request.prompt_tokens, reason))


def vectors(**more) -> list:
    """The vectors as they are sent."""
    return [item["embedding"] for item in orjson.loads(body(**more))["data"]]


def decoded(sent: str) -> "np.ndarray":
    """A vector sent as base64, as the SDK reads it."""
    return np.frombuffer(base64.b64decode(sent), dtype="<f4")


def test_the_body_is_pretty_printed_a_number_to_a_line():
    """As OpenAI's: the client that asks for floats pays for reading them."""
    first, second = vectors(dimensions=1, input=["waits", "overlap"])
    assert {abs(first[0]), abs(second[0])} == {1.0}
    shown = body(dimensions=1, input=["waits", "overlap"]).decode().replace("-1.0", "1.0")
    assert (
        shown
        == """\
{
  "object": "list",
  "data": [
    {
      "object": "embedding",
      "index": 0,
      "embedding": [
        1.0
      ]
    },
    {
      "object": "embedding",
      "index": 1,
      "embedding": [
        1.0
      ]
    }
  ],
  "model": "text-embedding-3-small",
  "usage": {
    "prompt_tokens": 4,
    "total_tokens": 4
  }
}
"""
    )
    assert ",\n        ".join(map(str, vectors(dimensions=3)[0])) in body(dimensions=3).decode()


def test_base64_and_floats_are_the_same_vector():
    """The SDK asks for base64 by itself; whoever asks for floats gets no others."""
    assert decoded(vectors(encoding_format="base64")[0]).tolist() == pytest.approx(vectors()[0], abs=1e-8)


@pytest.mark.parametrize(
    ("model", "wanted", "length"),
    [
        ("text-embedding-3-small", None, 1536),
        ("text-embedding-3-small", 256, 256),
        ("text-embedding-3-large", None, 3072),
        ("mock-model", None, 1536),
    ],
)
def test_vectors_have_unit_length_and_the_dimensions_asked_for(model, wanted, length):
    """The lengths are OpenAI's."""
    found = decoded(vectors(model=model, dimensions=wanted, encoding_format="base64")[0])
    assert len(found) == length
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)


def test_a_shorter_vector_is_the_start_of_the_longer_scaled_up():
    """So it is with OpenAI's `dimensions`."""
    long, short = np.array(vectors()[0]), np.array(vectors(dimensions=8)[0])
    assert short == pytest.approx(long[:8] / np.linalg.norm(long[:8]), abs=1e-6)


@given(st.text(min_size=1, max_size=20))
def test_a_text_and_its_token_ids_have_one_vector(text):
    """Recorded of OpenAI; here by a tokenisation that can be undone."""
    ids = tokens.encode(text)
    assert tokens.decode(ids) == text
    one, other = (orjson.loads(body(dimensions=4, input=value)) for value in (text, ids))
    assert one == other


def test_ids_of_another_vocabulary_have_a_vector_too():
    """The ids a client's own tokenizer made are not refused; they get a vector of their own, always the same."""
    one, other, again = vectors(dimensions=4, input=[[15339, 1917], [1917, 15339], [15339, 1917]])
    assert one == again != other


def test_vectors_are_the_same_in_another_process():
    """Nothing depends on the order of a set or the salt of a hash."""
    code = "from overlap.mock_server.wire.common.vectors import vector; print(vector('m', b'waits', 3).tolist())"
    runs = {
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_each_input_takes_its_share_of_the_time():
    """The server draws a due time for each item of what is composed, and sends at the last."""
    request = embeddings.read(orjson.dumps({"model": "m", "input": ["a", "b", "c"]}))
    assert len(embeddings.compose(request, 50)[0]) == 3
