"""Runs strategies and coroutines under pytest-benchmark, which times them; a round is one slot."""

import asyncio
import inspect
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Self

import pytest

from overlap.harness import registry
from overlap.harness.application.blame import ApplicationError
from overlap.harness.host.descriptors import allow
from overlap.harness.host.environment import scrubbed
from overlap.harness.model.record import Cell
from overlap.harness.pytest_plugin.mock import MockLLM
from overlap.harness.pytest_plugin.slots import OpenSlot
from overlap.harness.stats.columns import numbers, unit_of
from overlap.harness.stats.rounds import MeasuredRound
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker import loops
from overlap.harness.worker.order import Order

# The figures in extra_info, if they are known; times in seconds, as pytest-benchmark's own.
EXTRA = ("overhead.p50", "cpu", "throughput", "overlap", "requests_per_call", "peak", "opened")
SEED = 7


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """The result of a strategy's benchmark: its cell, and each round's slot and calls, joined with the journal."""

    cell: Cell
    rounds: tuple[MeasuredRound, ...]

    def number(self, metric: str) -> float | None:
        """Return the median over rounds of a metric ("cpu", "e2e.p50"), in its own unit; None if unknown."""
        values = [number for number in numbers(metric, self.rounds) if number is not None]
        return median(values) if values else None


def benchmark_of(request: pytest.FixtureRequest) -> Any:
    """Return pytest-benchmark's fixture; fail in one line if that plugin is missing."""
    if not request.config.pluginmanager.hasplugin("benchmark"):
        pytest.fail(
            f"{request.fixturename} needs pytest-benchmark, which is not installed or was switched off (-p no:…)",
            pytrace=False,
        )
    return request.getfixturevalue("benchmark")


def strategy(  # noqa: PLR0913  one keyword for each thing a cell has
    benchmark: Any,
    mock: MockLLM,
    scenario: str,
    *,
    strategy: str,
    client: str = "chain",
    loop: str = "asyncio",
    concurrency: int = 16,
    calls: int = 64,
    variant: str = "",
    profile: str | None = None,
    tokens: int | None = None,
    rounds: int = 5,
    timeout: float = 30.0,
) -> BenchmarkResult:
    """
    Time *calls* calls of *scenario* under *strategy*, one slot a round: a fresh loop and client, warmed.

    The mock answers as the test's mark says, or by *profile* and *tokens*. A failing call fails the test, and so
    does an unknown name, in one line. With --benchmark-disable there is one round.
    """
    changes = {"profile": profile, "tokens": None if tokens is None else str(tokens)}
    mock.configure(**{name: value for name, value in changes.items() if value is not None})
    cell = Cell(scenario, client, strategy, loop, concurrency, profile or "", variant)
    order = Order(
        cell=cell,
        round=0,
        calls=calls,
        warmup=concurrency,
        base_url=mock.server.base_url,
        seed=SEED,
        executor=concurrency,
        timeout=timeout,
        max_retries=0,
    )
    mistake, results = None, []
    with _clean_environment():
        try:
            allow(concurrency)
            results = _carry_out(benchmark, order, rounds)
        except (registry.Unknown, ApplicationError, Mistake) as wrong:
            mistake = wrong.args[0]
    # Outside of the except block, so that pytest shows no chain of exceptions.
    if mistake:
        pytest.fail(f"strategy_benchmark: {mistake}", pytrace=False)
    measured = BenchmarkResult(cell, tuple(results))
    _refuse_failures(measured)
    benchmark.extra_info |= extra(measured)
    return measured


def _carry_out(benchmark: Any, order: Order, rounds: int) -> list[MeasuredRound]:
    results: list[MeasuredRound] = []
    current: list[OpenSlot] = []

    def closed() -> None:
        results.append(current.pop().closed())

    def run() -> None:
        current[0].run()

    try:
        benchmark.pedantic(
            run,
            setup=lambda: current.append(OpenSlot(replace(order, round=len(results), draw=len(results)))),
            teardown=closed,
            rounds=rounds,
        )
    finally:
        # If benchmarks are disabled, pytest-benchmark does not call the teardown.
        if current:
            closed()
    return results


def extra(measured: BenchmarkResult) -> dict[str, Any]:
    """Return the `extra_info` of a row of pytest-benchmark: medians over rounds, times in seconds."""
    figures = {name: measured.number(name) for name in EXTRA}
    numbers_of = {
        name: value / 1e9 if unit_of(name) == "ns" else value
        for name, value in figures.items()
        if value is not None
    }
    return {"cell": measured.cell.id, "calls": len(measured.rounds[0].calls), **numbers_of}


def _refuse_failures(measured: BenchmarkResult) -> None:
    calls = [call for each in measured.rounds for call in each.calls]
    kinds = [call.error for call in calls if call.error]
    if kinds:
        pytest.fail(f"{measured.cell.id}: {len(kinds)} of {len(calls)} calls failed ({kinds[0]})", pytrace=False)


@contextmanager
def _clean_environment() -> Iterator[None]:
    """Hide tracing, proxies and gateways of the developer's shell, as for any worker of ours."""
    before = dict(os.environ)
    kept = scrubbed(**{name: value for name, value in before.items() if name.startswith(("OPENAI_", "PYTEST_"))})
    _become(kept)
    try:
        yield
    finally:
        _become(before)


def _become(wanted: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)


class AsyncBenchmark:
    """Runs coroutine functions under pytest-benchmark, on one loop that lives as long as the test."""

    def __init__(self, benchmark: Any, loop: str = "asyncio") -> None:
        self.benchmark = benchmark
        if loop not in loops.LOOPS:
            pytest.fail(f"async_benchmark: no loop {loop!r}; there are: {', '.join(loops.LOOPS)}", pytrace=False)
        self._runner = asyncio.Runner(loop_factory=loops.factory(loop))

    def __enter__(self) -> Self:
        self._runner.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.close()

    def __call__(self, function: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any) -> Any:
        """Benchmark `await function(*args, **kwargs)`, and return its result."""
        return self.benchmark(self._blocking(function), *args, **kwargs)

    def pedantic(self, target: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any) -> Any:
        """Benchmark *target* by pytest-benchmark's own `pedantic`, whose setup may not be async."""
        return self.benchmark.pedantic(self._blocking(target), *args, **kwargs)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Await *coroutine* on the same loop, untimed: to build a client, or to close it."""
        return self._runner.run(coroutine)

    def _blocking(self, function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        if not inspect.iscoroutinefunction(function):
            name = getattr(function, "__name__", function)
            pytest.fail(f"async_benchmark takes a coroutine function; {name} is none", pytrace=False)
        if asyncio._get_running_loop() is not None:  # noqa: SLF001  the public one raises where none runs
            pytest.fail("async_benchmark has a loop of its own: use it in a plain test function", pytrace=False)
        # Cheaper than the runner's own `run`, which sets a signal handler each time.
        until_complete = self._runner.get_loop().run_until_complete
        return lambda *args, **kwargs: until_complete(function(*args, **kwargs))
