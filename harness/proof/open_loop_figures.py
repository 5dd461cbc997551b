"""
What open loops reach on this machine, beside what they must.

Run it: `python -m overlap.harness.proof.open_loop_figures lag|trace`.

    lag             500 instant calls a second on bare aiohttp, a core for the worker: sent - due, p99 within 1 ms
    trace FILE      a recording at its real speed through a chain: every call made and joined, sent within 2 ms of
                    its due time (p99), every answer as long as it was recorded

Measure on a quiet machine; the recording's first ten minutes take ten minutes. What the machine does by itself is
measured first and said beside it: where others share the CPU, a bare thread that sleeps until due is late too, and
less so on a core that is kept awake, as the worker's is.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from time import monotonic_ns, sleep
from typing import Any

import click

from overlap.harness.bench import run
from overlap.harness.host.idle_guard import at_its_post
from overlap.harness.model import arrivals_spec
from overlap.harness.model.config import config_from
from overlap.harness.model.record import Call
from overlap.harness.store import run_files
from overlap.harness.terminal.command_line import console_err
from overlap.harness.terminal.progress import ProgressBar
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.heartbeat import spread

LAG, SENT = 1_000_000, 2_000_000


def measured(words: Mapping[str, str]) -> tuple[list[Call], tuple[str, ...]]:
    """Run one open loop in one round; return its calls in their order, and what is wrong with the run."""
    with tempfile.TemporaryDirectory() as folder:
        config = config_from({"rounds": "1", "calibrate": "0", "results": folder, **words})
        with ProgressBar(console_err(), quiet=False) as bar:
            outcome = run.run(config, bar)
        calls = [call for call in run_files.read(outcome.folder).calls if not call.warmup]
    return sorted(calls, key=lambda call: call.index), outcome.faults


def alone(rate: float = 500, seconds: float = 10) -> list[int]:
    """Sleep until due times, *rate* a second, and do nothing else; return how late that was each time, in ns."""
    start, lags = monotonic_ns(), []
    for number in range(1, round(rate * seconds) + 1):
        due = start + round(number * 1e9 / rate)
        sleep(max(0, due - monotonic_ns()) / 1e9)
        lags.append(monotonic_ns() - due)
    return lags


def machine() -> None:
    """Print how late a bare sleeper is woken: as it is, and on a core that is kept from sleeping."""
    shown("the machine alone: woken - due", alone())
    with at_its_post() as kept:
        if kept:
            shown("the same on a core kept awake", alone())


def said(what: str, reached: str, wanted: str, *, kept: bool) -> bool:
    """Print a line and answer *kept*."""
    print(f"{what:<34}{reached:>16}   wanted: {wanted:<12} {'reached' if kept else 'MISSED'}")
    return kept


def shown(what: str, lags: Sequence[int]) -> int:
    """Print how late *lags* (ns) are; return their 99th percentile, or the longest if they are too few for one."""
    late = spread(lags)
    if late is None:
        print(f"{what:<34}nothing was due", flush=True)
        return 0
    p99 = late.max if late.p99 is None else late.p99
    each = (f"p50 {late.p50 / 1e6:.3f} ms", f"p99 {p99 / 1e6:.3f} ms", f"longest {late.max / 1e6:.3f} ms")
    print(f"{what:<34}{', '.join(each)}, of {late.count:,}", flush=True)
    return p99


def on_time(calls: list[Call], most: int) -> bool:
    """Print how late calls were sent; return whether 99 in 100 were within *most* ns."""
    p99 = shown("sent - due", [call.lag for call in calls if call.lag is not None])
    return said("sent - due, p99", f"{p99 / 1e6:.3f} ms", f"{most / 1e6:g} ms", kept=p99 <= most)


@click.group()
def figures() -> None:
    """Measure what open loops reach."""


@figures.command()
@click.option("--rate", default=500, show_default=True)
@click.option("--seconds", default=20.0, show_default=True)
@click.option("--loop", default="asyncio", show_default=True)
def lag(rate: int, seconds: float, loop: str) -> None:
    """Calls that are answered at once, at a constant rate."""
    words = {"clients": "aiohttp", "strategies": "ainvoke", "profile": "instant", "tokens": "1", "loops": loop}
    plan = {"scenarios": "strategies", "arrivals": f"constant,rate={rate}", "duration": str(seconds)}
    machine()
    calls, faults = measured(words | plan)
    _end(faults, on_time(calls, LAG))


@figures.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--seconds", default=600.0, show_default=True)
@click.option("--client", default="chain_aiohttp", show_default=True)
@click.option("--loop", default="uvloop", show_default=True)
@click.option("--strategy", default="ainvoke", show_default=True)
@click.option("--processes", default="3", show_default=True)
def trace(**options: Any) -> None:
    """
    Play a recording at its real speed through a chain.

    By three processes, since a chain computes for milliseconds before its request leaves: in one, calls due
    within that time would wait for each other. On the transport and the loop that compute least.
    """
    file, seconds = options.pop("file"), options.pop("seconds")
    arrivals = f"trace,file={file},span={seconds:g}"
    words = {
        "clients": options["client"],
        "loops": options["loop"],
        "strategies": options["strategy"],
        "processes": options["processes"],
        "profile": "lognormal,ttft=0.2,itl=0.01",
    }
    machine()
    calls, faults = measured({**words, "scenarios": "strategies", "arrivals": arrivals})
    recorded = list(islice(arrivals_spec.read(arrivals).sizes(0), 1 + len(calls)))
    joined = sum(1 for call in calls if len(call.served) == 1 and not call.error)
    exact = sum(
        1
        for call, size in zip(calls, recorded, strict=False)
        if size and call.served and call.served[0].tokens == size[1]
    )
    wanted = len(recorded)
    kept = [
        said("calls made", f"{len(calls):,}", f"{wanted:,}", kept=len(calls) == wanted),
        said("calls answered and joined", f"{joined:,}", f"{wanted:,}", kept=joined == wanted),
        said("answers of the recorded length", f"{exact:,}", f"{wanted:,}", kept=exact == wanted),
        on_time(calls, SENT),
    ]
    _end(faults, all(kept))


def _end(faults: tuple[str, ...], kept: bool) -> None:  # noqa: FBT001  the last word
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(0 if kept and not faults else 1)


if __name__ == "__main__":
    try:
        figures(standalone_mode=False)
    except (Mistake, click.ClickException) as mistake:
        print(f"overlap: {mistake}", file=sys.stderr)
        sys.exit(2)
