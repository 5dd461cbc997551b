"""`python -m overlap.mock_server.bench`: throughput, exactness, and lateness against the number of streams."""

import os
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from overlap.mock_server.bench import chart, memory, throughput
from overlap.mock_server.bench.processes import cores, started
from overlap.mock_server.bench.streams import StreamTimes, measured, quantile, saturation

MS = 1e6
COUNTS = (100, 250, 500, 1000, 1500, 2000, 2250, 2500, 3000)
PATIENCE = 60.0
RUNS = 3
"""How often each number of streams is tried; the run with the middle p99 is shown, as one may be disturbed."""
STEADY = "steady,ttft=0.1,itl=0.02"


def _throughput(console: Console) -> None:
    if not throughput.available():
        console.print("Throughput: not measured, as wrk is not installed.")
        return
    rounds = throughput.measured()
    table = Table(title=f"Whole answers of 50 tokens, journal on, {throughput.CONNECTIONS} connections, one core")
    for head in ("round", "mock server, 1/s", "CPU, µs each", "bare ASGI, 1/s", "CPU, µs each", "ratio of rates"):
        table.add_column(head, justify="right")
    for number, (ours, bare) in enumerate(rounds, 1):
        ratio = ours.requests / bare.requests
        row = (
            number,
            f"{ours.requests:,.0f}",
            f"{ours.cpu * MS:.1f}",
            f"{bare.requests:,.0f}",
            f"{bare.cpu * MS:.1f}",
        )
        table.add_row(*map(str, row), f"{ratio:.2f}")
    console.print(table)
    middle = median(ours.requests / bare.requests for ours, bare in rounds)
    console.print(
        f"{middle:.2f} of a bare ASGI application's rate; {sum(ours.wrong for ours, _ in rounds)} answers wrong.\n"
    )


def _exactness(console: Console, core: str, *, apart: bool) -> None:
    table = Table(title="One stream: how exact is a gap, and does it drift?")
    for head in ("tokens", "gap, ms", "mean gap seen, ms", "first late, ms", "last late, ms", "earliest, ms"):
        table.add_column(head, justify="right")
    for tokens, gap in ((1000, 0.0005), (20_000, 0.0005)):
        words = ("--profile", f"steady,ttft=0.1,itl={gap}", "--tokens", str(tokens))
        with started("--port", "0", "--cores", core, *words) as server:
            seen = measured(server, 1, PATIENCE, awake=apart)
        if seen.broken:
            console.print(f"{tokens} tokens: the stream did not come to its end")
            continue
        mean = gap * 1000 + (seen.last[0] - seen.first[0]) / MS / (tokens - 1)
        late = (seen.first[0], seen.last[0], seen.every[0])
        table.add_row(f"{tokens:,}", f"{gap * 1000:g}", f"{mean:.4f}", *(f"{one / MS:.3f}" for one in late))
    console.print(table)


def _streams(console: Console, core: str, counts: tuple[int, ...], *, apart: bool) -> list[StreamTimes]:
    table = Table(title=f"Streams of 50 tokens at once ({STEADY}): last token late, ms")
    heads = (
        "streams",
        "p50",
        "p99",
        "largest",
        "all tokens p99",
        "earliest",
        "server itself p99",
        "CPU",
        "broken",
    )
    for head in heads:
        table.add_column(head, justify="right")
    entries = []
    with started("--port", "0", "--cores", core, "--profile", STEADY, "--tokens", "50") as server:
        for count in counts:
            runs = [measured(server, count, PATIENCE, awake=apart) for _ in range(RUNS)]
            seen = sorted(runs, key=lambda run: (run.broken, quantile(run.last, 0.99) or 0))[RUNS // 2]
            entries.append(seen)
            shown = [quantile(seen.last, share) for share in (0.5, 0.99, 1.0)]
            shown += [quantile(seen.every, 0.99), quantile(seen.every, 0.0), quantile(seen.server, 0.99)]
            cells = ["none" if one is None else f"{one / MS:.2f}" for one in shown]
            table.add_row(str(count), *cells, f"{seen.cpu:.0%}", str(seen.broken))
    console.print(table)
    return entries


@click.command()
@click.option("--streams", default=",".join(map(str, COUNTS)), help="numbers of streams to try", show_default=True)
@click.option("--chart", "path", default="", help="write the chart of lateness against streams to this SVG file")
@click.option("--memory", "calls", default=40_000, help="mixed requests to see what memory does; 0: none")
def main(streams: str, path: str, calls: int) -> None:
    """Measure the mock server on one core, from another where there is one; stops by itself within two minutes."""
    console = Console(width=110)
    for_server, for_client = cores()
    apart = for_server != for_client
    if not apart:
        console.print("There is one core only: server and client take it from each other, and all is later.")
    os.sched_setaffinity(0, {int(for_client)})
    _throughput(console)
    _exactness(console, for_server, apart=apart)
    entries = _streams(console, for_server, tuple(int(count) for count in streams.split(",")), apart=apart)
    console.print(saturation(entries))
    if path:
        chart.drawn(entries, Path(path))
        console.print(f"chart: {path}")
    if calls:
        console.print(memory.told(memory.measured(calls, for_server)))


main()
