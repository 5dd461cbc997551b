"""The pytest plugin in sessions of its own: server, mark, benchmarks, several workers, what is misused."""

import json

import pytest

pytest_plugins = ["pytester"]

ASK = '''
import http.client, json, os
from urllib.parse import urlsplit

def ask():
    """What any client does: it reads where to go from the environment."""
    where = urlsplit(os.environ["OPENAI_BASE_URL"])
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]})
    connection.request("POST", where.path + "/chat/completions", body,
        {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status
'''

# Other plugins that happen to be installed: half a second for each process.
OTHERS = ("cacheprovider", "randomly", "locust", "hypothesispytest", "langsmith_plugin", "anyio", "platformdirs")
ALONE = tuple(word for name in OTHERS for word in ("-p", f"no:{name}"))


@pytest.fixture
def session(pytester, monkeypatch):
    """Run a test file in a process of its own and return its outcome; nothing of this session gets there."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(text: str, *words: str):
        pytester.makepyfile(ask=ASK, test_it=text)
        return pytester.runpytest_subprocess("--strict-markers", *ALONE, *words)

    return run


SERVER = """
import os, pytest
from ask import ask

@pytest.mark.mock_llm("lognormal,ttft=0.01", tokens=3, fault="status,code=500,nth=2")
@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_counts_from_one(mock_llm, turn):
    assert [ask(), ask(), ask()] == [200, 500, 200]
    entries = [entry for _, entry in mock_llm.take().entries]
    assert [entry.status for entry in entries] == [200, 500, 200]
    assert entries[0].tokens == 3
    assert mock_llm.journal().entries == ()
    with open(f"drawn-{turn}", "w") as file:
        file.write(repr([entry.planned for entry in entries]))

@pytest.mark.mock_llm(fault=["status,code=429"])
def test_the_mark_alone_brings_the_server():
    assert ask() == 429

def test_nothing_of_another_test_is_left(mock_llm):
    assert ask() == 200
    mock_llm.configure(fault="status,code=503")
    assert ask() == 503
    assert len(mock_llm.journal().entries) == 2
    assert mock_llm.base_url == os.environ["OPENAI_BASE_URL"]
    assert mock_llm.api_key == os.environ["OPENAI_API_KEY"]

def test_without_it_there_is_none():
    assert "OPENAI_BASE_URL" not in os.environ

@pytest.fixture
def pids(mock_llm):
    with open(f"server-{mock_llm.server.process.pid}", "w"):
        yield

@pytest.mark.parametrize("turn", range(4))
def test_servers(pids, turn):
    assert ask() == 200
"""


@pytest.mark.slow
def test_a_server_a_worker_and_a_fresh_start_a_test(session, pytester):
    """Two workers have a server each; what a test drew, counted or set does not depend on the others."""
    session(SERVER, "-n", "2", "--dist", "each").assert_outcomes(passed=18)
    assert (pytester.path / "drawn-1").read_text() == (pytester.path / "drawn-2").read_text()
    assert len(list(pytester.path.glob("server-*"))) == 2


BENCHMARKS = """
import asyncio, pytest

@pytest.mark.parametrize("strategy", ["gather", "astream_many"])
def test_strategy(strategy_benchmark, strategy):
    found = strategy_benchmark("strategies", strategy=strategy, client="aiohttp", concurrency=4, calls=12,
        profile="steady,ttft=0.01", tokens=1, rounds=2)
    assert found.number("peak") == 4
    assert found.number("cpu") > 0
    assert len(found.rounds) == ROUNDS

@pytest.mark.parametrize("async_benchmark", ["asyncio", "uvloop"], indirect=True)
def test_mine(async_benchmark):
    loops = set()
    async def mine(answer):
        loops.add(asyncio.get_running_loop())
        return answer
    assert async_benchmark.pedantic(mine, args=(3,), rounds=3) == 3
    assert len(loops) == 1
"""


@pytest.mark.slow
def test_strategies_and_coroutines_are_benchmarks(session, pytester):
    """A slot a round; the row says what pytest-benchmark cannot know: requests a call, CPU, the server's peak."""
    words = ("--benchmark-only", "--benchmark-json=rows.json", "-n", "0")
    session(BENCHMARKS.replace("ROUNDS", "2"), *words).assert_outcomes(passed=4)
    rows = {row["name"]: row for row in json.loads((pytester.path / "rows.json").read_text())["benchmarks"]}
    row = rows["test_strategy[gather]"]
    assert row["stats"]["rounds"] == 2
    assert row["stats"]["min"] > 0.03
    extra = row["extra_info"]
    assert (extra["cell"], extra["calls"]) == ("strategies/aiohttp/gather/asyncio/4", 12)
    assert (extra["requests_per_call"], extra["peak"], extra["opened"]) == (1, 4, 0)
    assert 0 < extra["cpu"] < 1
    assert rows["test_mine[uvloop]"]["stats"]["rounds"] == 3


MISUSED = """
import pytest

@pytest.mark.mock_llm("nonsense")
def test_profile(): pass

@pytest.mark.mock_llm(tokns=3)
def test_setting(mock_llm): pass

@pytest.mark.mock_llm("instant", 20)
def test_arguments(mock_llm): pass

@pytest.mark.parametrize("word", [{"strategy": "hurry"}, {"strategy": "gather", "client": "gopher"}])
def test_names(strategy_benchmark, word):
    strategy_benchmark("strategies", **word)

@pytest.mark.mock_llm(fault="status,code=500,nth=3")
def test_failing(strategy_benchmark):
    strategy_benchmark("strategies", strategy="gather", client="aiohttp", concurrency=2, calls=4)

def test_plain(async_benchmark):
    async_benchmark(len, [])

def test_loop(async_benchmark):
    async def inner():
        async def mine(): pass
        async_benchmark(mine)
    async_benchmark.run(inner())
"""


def test_what_is_misused_is_told_in_one_line(session):
    """No traceback through this project's own files, and what there is instead."""
    result = session(MISUSED, "--benchmark-disable")
    result.assert_outcomes(errors=3, failed=5)
    result.stdout.fnmatch_lines(
        [
            "mock_llm: no 'nonsense' among the profiles; there are: *",
            "mock_llm: no 'tokns' to change; there are: *",
            "mock_llm takes one profile, such as *",
            "strategy_benchmark: no strategy 'hurry'; there are: *",
            "strategy_benchmark: no client 'gopher'; there are: *",
            "strategies/aiohttp/gather/asyncio/2: 1 of 4 calls failed (*",
            "async_benchmark takes a coroutine function; len is none",
            "async_benchmark has a loop of its own: use it in a plain test function",
        ],
        consecutive=False,
    )
    result.stdout.no_fnmatch_line("*During handling*")


def test_a_session_that_asks_for_nothing_gets_nothing(session):
    """Nothing but the mark is added; a benchmark without pytest-benchmark says what is missing."""
    text = """
import sys
def test_nothing_is_imported():
    assert not [name for name in sys.modules if name.startswith("overlap.") and
        name not in ("overlap.harness", "overlap.harness.pytest_plugin")]
def test_benchmark(async_benchmark): pass
"""
    result = session(text, "-p", "no:benchmark")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["async_benchmark needs pytest-benchmark, *"])


OWN = """
import json, pytest
from ask import ask

with open("it.json", "w") as file:
    json.dump({"format": "overlap-recording", "version": 1, "calls": [{"chunks": [3000000, 5000000]}]}, file)

def planned(mock):
    assert ask() == 200
    return [list(entry.planned) for _, entry in mock.take().entries]

@pytest.mark.mock_llm("recorded,file=it.json", tokens="profile")
def test_a_file_in_the_mark(mock_llm):
    assert planned(mock_llm) == [[5000000]]
    mock_llm.configure(profile="instant", tokens=1)
    assert planned(mock_llm) == [[0]]
    mock_llm.configure(profile="recorded,file=it.json")
    assert planned(mock_llm) == [[3000000]]

@pytest.mark.mock_llm(allow=["recorded,file=it.json"], tokens=2)
def test_a_file_that_is_only_allowed(mock_llm):
    assert planned(mock_llm) == [[0]]
    mock_llm.configure(profile="recorded,file=it.json")
    assert planned(mock_llm) == [[5000000]]

def test_no_other_test_may_have_it(mock_llm):
    with pytest.raises(pytest.fail.Exception, match="whoever starts the server"):
        mock_llm.configure(profile="recorded,file=it.json")

@pytest.mark.mock_llm("recorded,file=absent.json")
def test_a_file_that_is_not_there(mock_llm):
    pass
"""


def test_a_mark_may_name_a_file_and_nobody_else_may(session):
    """The test has a server that was started with it; a file that is not there fails its own test only."""
    outcome = session(OWN)
    outcome.assert_outcomes(passed=3, errors=1)
    outcome.stdout.fnmatch_lines(["*mock_llm: *absent.json*cannot be read*"])
