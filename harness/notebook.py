"""
Compares strategies within a running event loop, as a notebook has one: `await overlap.compare(app)`.

The strategies share the notebook's process, loop and HTTP client, which `overlap bench` gives each of them anew;
for figures to publish, use that. What is the same: the probe, the timed part of a slot with its instruments, the
statistics, the server and its journal.
"""

import asyncio
import inspect
import random
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from overlap.harness import registry
from overlap.harness.application.adapting import METHODS, adapted, is_application, methods
from overlap.harness.application.inputs import item
from overlap.harness.application.shape import shape
from overlap.harness.bench.surroundings import joined, slot_of
from overlap.harness.host.descriptors import allow
from overlap.harness.host.gc_freeze import settle
from overlap.harness.host.owned.children import guarded
from overlap.harness.mock.journal import Journal, take
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import STRATEGIES
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.probe import Item, Probe
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run
from overlap.harness.worker.instruments import Instruments
from overlap.harness.worker.results import Timed
from overlap.harness.worker.slot import close
from overlap.harness.worker.stopwatch import awaited, blocking

_OPTION = re.compile(r"--(\w+) (\d+)")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PROMPTS = ("Name one use of a paper clip.", "Describe rain in a sentence.", "Tell a joke about a semaphore.")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of `compare`: a table with a chart in a notebook, text elsewhere."""

    summary: Summary

    def __repr__(self) -> str:
        """Return the tables as a terminal shows them."""
        from overlap.harness.report.build import compose
        from overlap.harness.report.formats.terminal import render

        text = render(compose(self.summary, draw=False)).decode()
        # Logs, exported notebooks and files show the codes that a terminal takes for colours.
        return text if sys.stdout.isatty() else _COLOURS.sub("", text)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from overlap.harness.report.inline import fragment

        return fragment(self.summary)


async def compare(  # noqa: PLR0913  each has its default
    app: Any,
    prompts: Iterable[Any] = PROMPTS,
    *,
    strategies: Sequence[str] = (),
    concurrency: int = 8,
    calls: int | None = None,
    rounds: int = 3,
    profile: str = "lognormal,ttft=0.1,itl=0.002",
    tokens: int = 16,
    seed: int = 7,
) -> Comparison:
    """
    Run *app* by every strategy it has the method for, or those named, and return how they compare.

    *app* is anything with one of `invoke ainvoke batch abatch stream astream`; an async function or a generator,
    which is given each prompt; or a plain function that makes such a thing of a `overlap.Endpoint`, for which a
    mock server with this latency *profile* and *tokens* an answer is started. Every strategy makes *calls* calls
    (as many as *concurrency* if None) of the *prompts* in each of the *rounds*, in an order drawn anew each time.
    Blocking strategies run on a thread, so that the loop goes on.

    Raises `LookupError` for an unknown strategy or one that *app* has no method for, `TypeError` where *app* has
    none at all, `ValueError` where nothing would be called.
    """
    calls = concurrency if calls is None else calls
    repeated = list(islice(cycle(prompts), calls))
    if not repeated or rounds < 1 or concurrency < 1:
        raise ValueError("nothing to compare: calls, rounds and concurrency must be 1 or more, and prompts given")
    allow(concurrency)
    async with _built(app, profile, tokens, seed) as (built, base_url):
        name = getattr(app, "__name__", type(app).__name__)
        cells = [
            Cell("comparison", name, each, _loop(), concurrency, profile if base_url else "")
            for each in _applying(built, strategies)
        ]
        slots, recorded = await _rounds(_Work(built, repeated, base_url), cells, rounds, seed)
    about = RunAbout(name="comparison", state="finished")
    summary = summarise(Run(Path("comparison"), about, tuple(cells), tuple(slots), tuple(recorded)))
    return Comparison(replace(summary, cells=tuple(map(_in_python, summary.cells))))


def _in_python(cell: CellSummary) -> CellSummary:
    """Have the doubts of *cell* name arguments of `compare` where they name options of a command line."""
    return replace(cell, doubts=tuple(_OPTION.sub(r"\1=\2", doubt) for doubt in cell.doubts))


def _loop() -> str:
    """Name the running loop."""
    return "uvloop" if type(asyncio.get_running_loop()).__module__.startswith("uvloop") else "asyncio"


@asynccontextmanager
async def _built(app: Any, profile: str, tokens: int, seed: int) -> AsyncIterator[tuple[Any, str | None]]:
    """Return the application, and the mock's address where one was started for it; both are ended afterwards."""
    if methods(app):
        yield app, None
        return
    if is_application(app):
        yield adapted(app), None
        return
    if not callable(app):
        raise TypeError(f"{type(app).__name__} has none of the methods {', '.join(METHODS)}, nor does it make one")
    with guarded(), start(mock_command(profile, tokens, seed)) as server:
        built = app(Endpoint(f"{server.base_url}/v1"))
        if not methods(built):
            raise TypeError(f"{type(built).__name__} has none of the methods {', '.join(METHODS)}")
        try:
            yield built, server.base_url
        finally:
            await close(built, built)


def _applying(app: Any, strategies: Sequence[str]) -> list[str]:
    """Return the strategies that apply, or those asked for where all of them do."""
    there = methods(app)
    for name in strategies:
        needs = registry.load(STRATEGIES, name).NEEDS
        if needs not in there:
            raise registry.Unknown(f"{type(app).__name__} has no {needs!r}, which {name} needs")
    every = strategies or registry.names(STRATEGIES)
    return [name for name in every if registry.load(STRATEGIES, name).NEEDS in there]


@dataclass(frozen=True, slots=True)
class _Work:
    """What every strategy is given: the application, the prompts, and the mock's address where there is one."""

    app: Any
    prompts: Sequence[Any]
    base_url: str | None

    def items(self, number: int, *, warmup: bool = False) -> list[Item]:
        """Make the calls of a slot in round *number*."""
        fits = shape(self.app)
        return [item(index, fits(prompt), warmup=warmup, draw=number) for index, prompt in enumerate(self.prompts)]

    async def journal(self) -> Journal | None:
        """Take the mock's journal, off the loop."""
        return await asyncio.to_thread(take, self.base_url) if self.base_url else None


async def _rounds(work: _Work, cells: Sequence[Cell], rounds: int, seed: int) -> tuple[list[Slot], list[Call]]:
    """Run every cell once a round, in an order drawn for it."""
    rng, slots, recorded = random.Random(seed), list[Slot](), list[Call]()
    for number in range(rounds):
        for position, cell in enumerate(rng.sample(cells, len(cells))):
            slot, calls = await _slot(work, cell, number, position)
            slots.append(slot)
            recorded += calls
    return slots, recorded


async def _slot(work: _Work, cell: Cell, number: int, position: int) -> tuple[Slot, list[Call]]:
    """Run one slot, after warm-up calls in its first round; join it with the journal, where there is one."""
    strategy, probe = registry.load(STRATEGIES, cell.strategy).run, Probe()
    if work.base_url and not number:
        await _ran(strategy, work.app, work.items(number, warmup=True), Probe(), cell.concurrency)
    await work.journal()
    # The garbage of the slot before; the heap is the notebook's, and stays as it is.
    settle(freeze=False)
    with Instruments(work.app) as instruments:
        timed = await _ran(strategy, work.app, work.items(number), probe, cell.concurrency)
    calls, count = probe.calls(cell.id, number), len(work.prompts)
    slot = slot_of(cell.id, number, position, count, instruments.read(timed))
    slot, calls = joined(slot, calls, await work.journal(), own=True)
    # The application lives through all slots: which of its connections are this one's own cannot be told.
    return replace(slot, opened=None), calls


async def _ran(strategy: Callable[..., Any], *args: Any) -> Timed:
    """Run a strategy in the running loop, or beside it where it blocks."""
    if inspect.iscoroutinefunction(strategy):
        return await awaited(strategy, *args)
    return await asyncio.to_thread(blocking, strategy, *args)
