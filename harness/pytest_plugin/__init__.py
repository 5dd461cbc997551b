"""
The pytest plugin: a mock LLM server for tests, and strategies and coroutines as benchmarks of pytest-benchmark.

It comes with the package and does nothing until a test asks for one of its fixtures.

    @pytest.mark.mock_llm("lognormal,ttft=0.05", tokens=20, fault="status,code=500,nth=1")
    def test_my_chain(mock_llm):                # OPENAI_BASE_URL and OPENAI_API_KEY point at the mock
        assert my_chain.invoke("hello")         # unchanged code
        journal = mock_llm.journal()            # what the server saw: .entries, .peak, .connections
        assert len(journal.entries) == 2        # one was retried

    def test_gather(strategy_benchmark):        # a slot a round; overhead, CPU and requests a call in extra_info
        strategy_benchmark("strategies", strategy="gather", client="chain", concurrency=16, calls=64)

    def test_mine(async_benchmark):             # a coroutine function of your own, on one loop throughout
        async_benchmark(my_coroutine_function, "argument")

The first argument of the mark is the latency profile (default: `instant`); the others are whatever the server can
change while it runs: tokens, fault (one or a list), seed, rpm, tpm, slots, model ... There is one server for each
worker process of pytest-xdist; every test starts with an empty journal and with requests counted from one.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

# This module is loaded into every test session where we are installed; all else is imported on first use.
if TYPE_CHECKING:
    from overlap.harness.mock.process import Server
    from overlap.harness.pytest_plugin.benchmarks import AsyncBenchmark, BenchmarkResult
    from overlap.harness.pytest_plugin.mock import MockLLM

MARK = "mock_llm"
BENCHMARKS = ("strategy_benchmark", "async_benchmark")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(profile, tokens=…, fault=…): how the mock LLM server answers this test; it asks for the fixture",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the server's fixture to marked tests, and pytest-benchmark's to tests that use our benchmarks."""
    benchmarks = config.pluginmanager.hasplugin("benchmark")
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is None:
            continue
        if MARK not in names and item.get_closest_marker(MARK):
            names.append(MARK)
        if benchmarks and "benchmark" not in names and any(name in names for name in BENCHMARKS):
            names.append("benchmark")


@pytest.fixture(scope="session")
def _mock_llm_server() -> "Iterator[Server]":
    """Run one mock server as long as this process runs tests."""
    from overlap.harness.pytest_plugin.mock import served

    with served() as server:
        yield server


@pytest.fixture
def mock_llm(request: pytest.FixtureRequest, _mock_llm_server: "Server") -> "Iterator[MockLLM]":
    """Give this test a mock LLM server; OPENAI_BASE_URL and OPENAI_API_KEY point at it until the test ends."""
    from overlap.harness.pytest_plugin.mock import lent, settings

    with lent(_mock_llm_server, settings(request.node.get_closest_marker(MARK))) as mock:
        yield mock


@pytest.fixture
def strategy_benchmark(request: pytest.FixtureRequest) -> "Callable[..., BenchmarkResult]":
    """Run a strategy of a scenario as a benchmark; see `overlap.harness.pytest_plugin.benchmarks.strategy`."""
    from functools import partial

    from overlap.harness.pytest_plugin.benchmarks import benchmark_of, strategy

    return partial(strategy, benchmark_of(request), request.getfixturevalue("mock_llm"))


@pytest.fixture
def async_benchmark(request: pytest.FixtureRequest) -> "Iterator[AsyncBenchmark]":
    """
    Run a coroutine function as a benchmark, on one loop throughout.

    `parametrize("async_benchmark", ["asyncio", "uvloop"], indirect=True)` says which.
    """
    from overlap.harness.pytest_plugin.benchmarks import AsyncBenchmark, benchmark_of

    with AsyncBenchmark(benchmark_of(request), _loop(request)) as benchmark:
        yield benchmark


def _loop(request: Any) -> str:
    return str(getattr(request, "param", "asyncio"))
