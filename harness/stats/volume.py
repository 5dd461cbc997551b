"""
How long a report's arithmetic takes for a big run, and how much memory.

Run it: `python -m overlap.harness.stats.volume`.

Makes a run of streamed calls in a folder that is thrown away, then reads and summarises it in this process, and
prints the seconds and the peak of memory. Everything on file is as a real run has it, journal included.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from time import perf_counter, process_time

from overlap.harness.host import our_package
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import CellEntry, RunAbout
from overlap.harness.store.run_files import Writer, read

MS = 1_000_000
CONCURRENCY = 64
ROUNDS = 5


def write(folder: Path, calls: int, chunks: int) -> None:
    """Write a run of *calls* calls with *chunks* chunks each, spread over four cells and five rounds."""
    cells = [
        Cell("volume", "httpx", "gather", loop, CONCURRENCY + k) for loop in ("asyncio", "uvloop") for k in (0, 1)
    ]
    with Writer(folder) as writer:
        entries = tuple(CellEntry(**asdict(cell)) for cell in cells)
        writer.about(RunAbout(name="volume", state="finished", cells=entries))
        for r in range(ROUNDS):
            for k, cell in enumerate(cells):
                count = calls // (ROUNDS * len(cells)) + (r == k == 0) * (calls % (ROUNDS * len(cells)))
                slot, recorded = _slot(cell, r, count, chunks)
                writer.slot(slot, recorded)


def _slot(cell: Cell, turn: int, count: int, chunks: int) -> tuple[Slot, list[Call]]:
    rng, began = Random(turn), 10**15
    places = [began] * cell.concurrency
    calls = []
    for index in range(count):
        place = index % len(places)
        call = _call(cell, turn, index, places[place], chunks, rng)
        places[place] = call.done
        calls.append(call)
    peak = min(cell.concurrency, count)
    slot = Slot(cell.id, turn, 0, count, began, max(places), count * MS, None, peak, peak, count, 0, 0, 0.0)
    return slot, calls


def _call(cell: Cell, turn: int, index: int, sent: int, chunks: int, rng: Random) -> Call:  # noqa: PLR0913, PLR0917  all that a call is
    first = int(40 * MS * rng.lognormvariate(0, 0.4))
    planned = array("q", range(first, first + chunks * 5 * MS, 5 * MS))
    late = rng.randrange(20_000, 300_000)
    written = array("q", [at + late for at in planned])
    arrivals = array("q", [at + late + 2 * MS for at in planned])
    entry = Served(sent + MS, planned, written, written[-1] + 1, tokens=chunks, prompt_tokens=12, stream=True)
    return Call(cell.id, turn, index, sent, sent + arrivals[-1] + MS, chunks=arrivals, served=(entry,))


def measure(folder: Path) -> str:
    """Read and summarise the run in *folder*; return a sentence on time and memory."""
    began = perf_counter()
    run = read(folder)
    loaded = perf_counter()
    summary = summarise(run)
    ended = perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "linux" else 1 << 30)
    figures = sum(len(each.metrics) for each in summary.cells)
    return (
        f"{len(run.calls):,} calls: read in {loaded - began:.1f} s, {figures} figures in {ended - loaded:.1f} s, "
        f"{process_time():.1f} s of CPU in all, {peak:.2f} GiB at most"
    )


def main(words: Sequence[str] | None = None) -> None:
    """Write a run, then measure it in a fresh process, whose memory holds nothing of the writing."""
    parser = argparse.ArgumentParser(prog="python -m overlap.harness.stats.volume", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--chunks", type=int, default=50, help="chunks of each call")
    parser.add_argument("--folder", type=Path, help="measure the run in this folder instead of making one")
    options = parser.parse_args(words)
    if options.folder:
        print(measure(options.folder))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), max(1, options.calls), max(1, options.chunks))
        command = our_package.command("overlap.harness.stats.volume", "--folder", folder)
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
