"""A body that another process reads is read as the server itself would have read it."""

import asyncio
import os
import pickle
import signal

import orjson
import pytest

from overlap.mock_server import overrides
from overlap.mock_server.exchange.large_bodies import BodyReader, looked_at, slow
from overlap.mock_server.http.request import Request
from overlap.mock_server.wire.common import errors
from overlap.mock_server.wire.endpoints import chat, completions, embeddings, responses

TALK = [{"role": "user", "content": "[call r001.000007] [tokens 31] hello"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}
OWN = {"profile": "instant", "tokens": 3}


def request(body, path="/v1/chat/completions"):
    """Make a request with *body*."""
    return Request("POST", path, {}, body, 1, keep=True, chunks=True)


def sent_back(known):
    """Return *known* as it comes from another process."""
    return pickle.loads(pickle.dumps(known))  # noqa: S301


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        (chat, {"model": "m", "messages": TALK}),
        (chat, {"model": "m", "messages": TALK, "tools": [TOOL], "stream": True, "overlap": OWN}),
        (chat, {"model": "m", "messages": TALK, "n": 3, "stop": ["a", "b"], "max_tokens": 9}),
        (completions, {"model": "m", "prompt": ["[call 000001] a", "b"], "echo": True}),
        (embeddings, {"model": "text-embedding-3-small", "input": ["[call w1] a", "b"]}),
        (responses, {"model": "m", "input": "[call 000002] hello", "overlap": OWN}),
    ],
)
def test_what_is_known_of_a_body_is_what_reading_it_here_says(endpoint, body):
    """What the caller wants, the tag, the length, and what it chooses; sent between processes and back."""
    body = orjson.dumps(body)
    known, own = sent_back(looked_at(endpoint.__name__, body))
    here, there = request(body), request(own)._replace(known=known)
    assert known.wanted == endpoint.read(body)
    assert there.tag() == here.tag()
    assert overrides.choices(there) == overrides.choices(here)
    assert overrides.chooses(there) == overrides.chooses(here)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"model": "m"}',
        orjson.dumps({"model": "m", "messages": TALK, "n": -1}),
        orjson.dumps({"model": "m", "messages": [{"role": "nobody", "content": "x"}]}),
    ],
)
def test_a_refusal_is_the_same_word_for_word(body):
    """Status, body and headers come back from the other process."""
    with pytest.raises(errors.ApiError) as here:
        chat.read(body)
    known, _ = sent_back(looked_at(chat.__name__, body))
    there = known.wanted
    assert (there.status, there.body, there.headers) == (here.value.status, here.value.body, here.value.headers)


def test_what_a_request_chooses_is_as_wrong_in_a_large_body():
    """A field that is none, or thousands of them."""
    for own in ({"nonsense": 1}, {f"field_{n}": "x" * 100 for n in range(2000)}, "no object"):
        body = orjson.dumps({"model": "m", "messages": TALK, "overlap": own})
        known, short = looked_at(chat.__name__, body)
        with pytest.raises(errors.ApiError) as there:
            overrides.choices(request(short)._replace(known=known))
        with pytest.raises(errors.ApiError) as here:
            overrides.choices(request(body))
        assert there.value.body == here.value.body
        assert len(short) < 70_000


def test_a_reader_that_is_killed_costs_one_request():
    """The next has a process of its own; the end of the server is the end of it."""
    body = orjson.dumps({"model": "m", "messages": TALK})

    async def both():
        reader, loop = BodyReader(), asyncio.get_running_loop()

        async def read():
            known = loop.create_future()
            reader.read(chat.__name__, request(body), known.set_result)
            return await known

        first = await read()
        [process] = reader._processes.values()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        reader._pool._max_workers = 1  # so that it is asked again
        killed, after = await read(), await read()
        [last] = reader._processes.values()
        reader.close()
        return first, killed, after, last.wait(10)

    first, killed, after, _ = asyncio.run(both())
    assert first.known == after.known
    assert first.known.wanted == chat.read(body)
    assert isinstance(killed.known.wanted, RuntimeError)
    assert "has ended" in str(killed.known.wanted)


def test_an_answer_of_many_large_calls_ends_where_any_answer_ends():
    """Arguments behind the last token that an answer can have are not made."""
    properties = {f"property_{n}": {"type": "string", "minLength": 100} for n in range(300)}
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    tools = [{"type": "function", "function": {"name": f"f{n}", "parameters": parameters}} for n in range(128)]
    asked = chat.read(orjson.dumps({"model": "m", "messages": TALK, "tools": tools}))
    tokens, reason = chat.compose(asked, 5)
    assert (len(tokens), reason) == (100_000, "length")
    assert len(asked.calls) < 64


def test_bodies_are_slow_by_size_and_those_with_schemas_sooner():
    """What is made of a schema takes longer than what is read of a text."""
    assert not slow(b"x" * 200_000)
    assert slow(b"x" * 300_000)
    assert slow(b'{"schema": {}, ' + b"x" * 20_000)
    assert slow(b'{"parameters": {}, ' + b"x" * 20_000)
    assert not slow(b'{"schema": {}, ' + b"x" * 10_000)
