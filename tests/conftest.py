"""Runs made up from a few rules, for whatever reads a run's folder: known causes, so known answers."""

import gc
import os
import shutil
import signal
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from overlap.harness.gate.arms.flock import held
from overlap.harness.host import secrets
from overlap.harness.model.record import Call, Cell, Lag, Served, Slot
from overlap.harness.store import checksums
from overlap.harness.store.run_files import Writer

MS = 1_000_000
# What each client adds before the request leaves and after the answer has come, in ms.
CLIENTS = {"httpx": 0.9, "aiohttp": 0.4, "openai": 1.6, "langchain": 2.4, "chain": 3.0}
SEQUENTIAL = ("invoke", "ainvoke", "stream", "astream")

MakeRun = Callable[..., Path]
MadeOnce = Callable[[str, Callable[[Path], object]], Path]

# Whoever starts the suite in the background of a shell has it ignore Ctrl-C, and all that it starts would, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Collecting makes objects by the hundred thousand, of which none is garbage.
gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Sort what was shuffled: first all tests that import LangChain, then folder by folder.

    pytest-xdist deals out tests in a row, so of several processes few import the same things.
    """
    items.sort(key=lambda item: (item.get_closest_marker("langchain") is None, item.path.parent))


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end; what comes is looked over less often than usual."""
    gc.freeze()
    gc.set_threshold(20_000, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_hidden():
    """A value that one test hides is no secret of the next one's."""
    yield
    secrets.forget()


def _call(cell: Cell, turn: int, index: int, sent: int, rng: Random) -> Call:
    """One call: latency by index alone, costs by client and loop, a stream where the strategy's name says so."""
    costs = CLIENTS.get(cell.client, 2.0) * MS * (0.8 if cell.loop == "uvloop" else 1.0)
    send, receive = (int(costs * rng.lognormvariate(-0.7, 0.3)) for _ in range(2))
    first = int(100 * MS * Random(index).lognormvariate(0, 0.4))
    tokens = 20 if "stream" in cell.strategy else 1
    planned = [first + 10 * MS * token for token in range(tokens)]
    written = [at + rng.randrange(20_000, 200_000) for at in planned]
    received = sent + send
    chunks = [send + at + receive for at in written] if tokens > 1 else []
    entry = Served(
        received=received,
        planned=array("q", planned),
        written=array("q", written),
        finished=written[-1] + 50_000,
        tokens=20,
        stream=tokens > 1,
    )
    return Call(
        cell.id, turn, index, sent, received + written[-1] + receive, chunks=array("q", chunks), served=(entry,)
    )


def _slot(cell: Cell, turn: int, calls: int, start: int, rng: Random) -> tuple[Slot, list[Call]]:
    """One slot: as many places as the concurrency, one where the strategy waits for each call."""
    places = [start] * (1 if cell.strategy in SEQUENTIAL else cell.concurrency)
    made: list[Call] = []
    for index in range(calls):
        at = places.index(min(places))
        call = _call(cell, turn, index, places[at] + rng.randrange(20_000, 90_000), rng)
        places[at] = call.done
        made.append(call)
    cpu = int(calls * CLIENTS.get(cell.client, 2.0) * MS * rng.lognormvariate(0, 0.03))
    lag = Lag(300_000, 1_200_000, 2_500_000, 100)
    return Slot(
        cell.id, turn, 0, calls, start, max(places), cpu, lag, min(cell.concurrency, calls), 2, calls, 0, 0, 0.001
    ), made


def _failed(call: Call, error: str) -> Call:
    return Call(call.cell, call.round, call.index, call.sent, call.sent + 3 * MS, error=error)


def _maker(base: Callable[[], Path]) -> MakeRun:
    """A function that writes a run: `cells` by `rounds` of `calls`; the ids in `failing` fail with `error`."""

    def make(
        cells: Iterable[Cell],
        rounds: int = 5,
        calls: int = 12,
        failing: Iterable[str] = (),
        error: str = "APIConnectionError: refused",
        **about: Any,
    ) -> Path:
        rng, cells, now = Random(7), list(cells), 10**15
        folder = base() / "2026-11-20T16-00-00-made-up"
        with Writer(folder) as writer:
            facts = {"format": 2, "name": "made up", "state": "finished", "scenarios": {}, **about}
            raw = orjson.dumps({**facts, "cells": cells})
            (folder / "run.json").write_bytes(checksums.sealed(raw))
            for turn in range(rounds):
                for cell in cells:
                    slot, made = _slot(cell, turn, calls, now, rng)
                    now = slot.ended + 5 * MS
                    if cell.id in failing:
                        made = [_failed(call, error) for call in made]
                    writer.slot(slot, made)
        return folder

    return make


def as_format_1(folder: Path, **changed: Any) -> Path:
    """
    Have the run in *folder* be as one from before there were checksums, with some entries of run.json *changed*.

    For a test that changes a run's files by hand, and is not about that being noticed.
    """
    about = orjson.loads((folder / "run.json").read_bytes())
    about.pop("sum", None)
    (folder / "run.json").write_bytes(orjson.dumps({**about, "format": 1, **changed}))
    return folder


@pytest.fixture(scope="session")
def old_format() -> Callable[..., Path]:
    """Return `as_format_1`."""
    return as_format_1


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Writes one run's folder for one test."""
    return _maker(lambda: tmp_path)


@pytest.fixture(scope="session")
def make_shared_run(tmp_path_factory: pytest.TempPathFactory) -> MakeRun:
    """Writes as many folders as are asked for, for tests that only read them."""
    return _maker(lambda: tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def many_cells() -> list[Cell]:
    """Cells that differ in everything a run can vary: strategy, concurrency, loop, client, streamed or not."""
    names = ("ainvoke", "gather", "abatch", "task_group")
    cells = [Cell("strategies", "chain", s, "asyncio", c, "lognormal") for c in (1, 16, 64) for s in names]
    cells += [Cell("loops", "chain", "gather", loop, c) for loop in ("asyncio", "uvloop") for c in (16, 64)]
    cells += [Cell("layers", client, "gather", "asyncio", 16) for client in CLIENTS]
    return cells + [Cell("streaming", client, "astream_many", "asyncio", 16) for client in CLIENTS]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """
    Return the folder of this name, filled by a function: once for all processes of the session, to be only read.

    pytest-xdist gives the tests of one file to several processes, each of which would fill one of its own.
    """
    ours = tmp_path_factory.getbasetemp()
    everybodys = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours

    def made(name: str, fill: Callable[[Path], object]) -> Path:
        folder, filled = everybodys / name, everybodys / f"{name}.filled"
        with held(everybodys / f"{name}.lock"):
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of one that failed
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return made
