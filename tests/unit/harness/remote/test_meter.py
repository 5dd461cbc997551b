"""The count of requests before they leave, and what stops them: a budget, a refusal, a time to wait."""

import asyncio
import gzip

import pytest

from overlap.harness import registry
from overlap.harness.clients._raw import RawConnection
from overlap.harness.clients.floor import FloorClient
from overlap.harness.model.endpoint import Remote
from overlap.harness.probe import Probe, item
from overlap.harness.remote.hooks import metered
from overlap.harness.remote.usage import Tap

pytestmark = pytest.mark.langchain

CLIENTS = registry.names("overlap.harness.clients")


def remote(odd, kind, requests=100, tokens=10_000):
    """Return what a worker is told of the odd endpoint."""
    return Remote(odd.url(kind), "llama", None, 8, requests, tokens)


async def _calls(name, told, count, concurrency):
    client = registry.load("overlap.harness.clients", name).client(told.endpoint(5.0, 0, 10))
    probe, left = Probe(), iter([item(index, "Hello.") for index in range(count)])

    async def place():
        for each in left:
            with probe.measure(each) as mark:
                async for piece in client.astream(each.prompt):
                    mark.saw(piece)

    await asyncio.gather(*(place() for _ in range(concurrency)))
    await client.aclose()
    return probe


def run(name, told, count=3, concurrency=1):
    """Make calls on a client under the meter; return the meter and the calls."""
    with metered(told) as meter:
        probe = asyncio.run(_calls(name, told, count, concurrency))
    return meter, meter.told(probe.calls("", 0))


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_is_counted_and_its_answers_are_read_along(odd, name):
    """Whatever it is built upon: requests before they leave, tokens as the answers tell, per call."""
    before = odd.seen["fine"]
    meter, calls = run(name, remote(odd, "fine"))
    assert meter.total.requests == odd.seen["fine"] - before == 3
    assert (meter.total.tokens, meter.total.estimated) == (3 * 14, 0)
    assert [call.usage for call in calls] == [5, 5, 5]
    assert [call.output_tokens for call in calls] == [5, 5, 5]


@pytest.mark.parametrize("name", ["floor", "aiohttp", "openai"])
def test_not_one_request_more_leaves_than_the_budget_has(odd, name):
    """Ten calls, four at once, and five requests: five arrive, the other calls fail."""
    before = odd.seen["five"]
    meter, calls = run(name, remote(odd, "five", requests=5), count=10, concurrency=4)
    assert odd.seen["five"] - before == meter.total.requests == 5
    assert meter.total.refused == 5
    assert meter.total.reason == "the budget of requests is spent"
    assert sum(1 for call in calls if call.error) == 5


def test_tokens_are_set_aside_for_the_longest_answer_before_a_request_leaves(odd):
    """A budget is never exceeded by what was under way when it ended."""
    meter, _ = run("floor", remote(odd, "tokens", tokens=120), count=10, concurrency=4)
    assert meter.total.reason == "the budget of tokens is spent"
    assert 0 < meter.total.tokens <= 120


@pytest.mark.parametrize("name", ["floor", "aiohttp", "openai"])
def test_nothing_is_sent_before_the_time_that_a_429_asks_for(odd, name):
    """The second of three requests is told to wait 300 ms: the third waits, and the wait is counted."""
    odd.seen["limits"] = 0
    meter, calls = run(name, remote(odd, "limits"))
    assert [bool(call.error) for call in calls] == [False, True, False]
    assert (meter.total.limited, meter.total.held >= 1) == (1, True)
    assert odd.arrived[-1] - odd.arrived[-2] >= 0.29
    assert 0.2e9 < meter.total.wait < 0.4e9


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("401", "the endpoint refuses the key (401)"),
        ("403", "the endpoint forbids it (403)"),
        ("quota", "the endpoint's quota is used up (429 insufficient_quota)"),
    ],
)
def test_what_cannot_go_better_is_not_tried_again(odd, kind, reason):
    """One request, and no more."""
    before = odd.seen[kind]
    meter, _ = run("aiohttp", remote(odd, kind), count=1)
    meter.pause()
    assert meter.total.reason == reason
    assert odd.seen[kind] - before == 1


def test_a_wait_of_minutes_ends_it(odd):
    """Nobody waits an hour in the middle of a slot."""
    with metered(remote(odd, "fine")) as meter:
        ticket = meter.admit(b"")
        ticket.answered(429, {"retry-after": "3600"})
        ticket.end()
    assert meter.total.reason == "the endpoint asks to wait 3600 s (429)"


def test_a_request_to_somebody_else_is_not_counted(odd):
    """An application that asks its own database is not held to the endpoint's budget."""
    told = Remote("http://another.host.invalid/v1", "llama", None, 8, 1, 10)
    endpoint = remote(odd, "fine").endpoint(5.0, 0, 10)

    async def ask():
        client = registry.load("overlap.harness.clients", "aiohttp").client(endpoint)
        await asyncio.gather(*(_read(client) for _ in range(3)))
        await client.aclose()

    with metered(told) as meter:
        asyncio.run(ask())
    assert meter.total.requests == 0


async def _read(client):
    return [piece async for piece in client.astream("[call 000001] Hello.")]


def test_a_libraries_own_methods_are_put_back(odd):
    """Whatever runs after a slot is not counted any more."""
    import aiohttp

    before = aiohttp.ClientSession._request
    with metered(remote(odd, "fine")):
        assert aiohttp.ClientSession._request is not before
    assert aiohttp.ClientSession._request is before
    with metered(None) as nothing:
        assert nothing is None
        assert aiohttp.ClientSession._request is before


@pytest.mark.parametrize("size", [1, 3, 8, 1000])
def test_events_are_counted_and_not_the_word_in_their_text(size):
    """If no usage is told, an event counts as a token: "data:" within an answer is none, nor is one cut in two."""
    body = b': hello\n\ndata: {"choices":[{"delta":{"content":"data: data: data:"}}]}\n\ndata: [DONE]\n\n'
    tap = Tap(3)
    for start in range(0, len(body), size):
        tap.feed(body[start : start + size])
    assert tap.usage().output == 2


def test_a_body_that_is_no_stream_has_no_events_whatever_it_quotes():
    """Its length is the guess: four characters are a token."""
    body = b'{"choices":[{"message":{"content":"data: data: data:"}}]}'
    tap = Tap(3)
    tap.feed(body)
    assert tap.usage().output == -(-len(body) // 4)


def test_counts_are_found_wherever_the_bytes_are_cut_and_packed():
    """A usage object cut in two, in a compressed body, and text that only looks like one."""
    body = b'{"choices":[{"message":{"content":"\\"completion_tokens\\": 99"}}],"usage":{"prompt_tokens": 12, '
    body += b'"completion_tokens": 7}}'
    cut = Tap(3)
    for start in range(0, len(body), 7):
        cut.feed(body[start : start + 7])
    assert (cut.usage().prompt, cut.usage().output) == (12, 7)
    packed = Tap(3, packed=True)
    packed.feed(gzip.compress(body))
    assert (packed.usage().prompt, packed.usage().output) == (12, 7)
    none = Tap(3)
    none.feed(b"data: {}\n\n" * 4)
    assert (none.usage().prompt, none.usage().output, none.usage().counted) == (3, 4, False)


def test_our_own_client_reports_by_itself_and_nothing_of_it_is_replaced(odd):
    """What is made under a meter is counted, what was made before or is made afterwards is not."""
    told = remote(odd, "fine")
    methods = dict(vars(FloorClient)), dict(vars(RawConnection))

    async def ask(client):
        found = [piece async for piece in client.astream("[call 000001] Hello.")]
        await client.aclose()
        return found

    async def three():
        before = FloorClient(told.endpoint(5.0, 0, 10))
        with metered(told) as meter:
            assert (dict(vars(FloorClient)), dict(vars(RawConnection))) == methods
            during = FloorClient(told.endpoint(5.0, 0, 10))
            await ask(during)
        after = FloorClient(told.endpoint(5.0, 0, 10))
        await ask(before)
        await ask(after)
        return meter

    meter = asyncio.run(three())
    assert (meter.total.requests, meter.total.tokens, meter.total.estimated) == (1, 14, 0)


def test_two_meters_of_aiohttp_have_answers_of_their_own(odd):
    """What is under way belongs to the meter that let it out, and nothing is left when it has ended."""
    meters = [run("aiohttp", remote(odd, "fine"))[0] for _ in range(2)]
    assert [meter.total.requests for meter in meters] == [3, 3]
    assert [meter.streams for meter in meters] == [{}, {}]


@pytest.mark.parametrize("name", ["floor", "httpx"])
def test_a_request_that_fails_before_its_answer_holds_no_tokens_back(name):
    """A connection that is refused: what was set aside for its answer is free again for the next one."""
    told = Remote("http://127.0.0.1:9/v1", "llama", None, 8, 100, 70)
    meter, calls = run(name, told, count=4)
    assert meter.total.requests == 4
    assert meter.total.reason is None
    assert all(call.error for call in calls)
