"""
How right the timing is, measured: `python -m overlap.harness.load.figures`, a minute on a quiet machine.

64 users of streams of 16 tokens, the first after 50 ms, then every 5 ms, straight at the mock server.
What Locust's side says is held against the server's own journal of the same run.
"""

import sys
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from overlap.harness.load.config import LoadConfig
from overlap.harness.load.run import headless
from overlap.harness.model.record import STOPPED, Call, Cell, Slot
from overlap.harness.stats.throughput import steady
from overlap.harness.store.run_files import Run, read

USERS, TOKENS, TTFT, ITL = 64, 16, 0.05, 0.005


def measured(results: Path, seconds: float, itl: float = ITL, **more: Any) -> Run:
    """Put the load on, *itl* seconds between tokens, and read the run back."""
    profile = f"steady,ttft={TTFT},itl={itl}"
    told = LoadConfig(
        users=USERS,
        time=seconds,
        profile=profile,
        tokens=TOKENS,
        results=results,
        endpoint=("chat_stream",),
        **more,
    )
    return read(headless(told, lambda _: None).folder)


def timing(run: Run) -> list[str]:
    """Say how the caller's stamps stand to the journal's, and the throughput to the ideal one."""
    calls = [call for call in run.calls if not call.warmup and not call.error]
    late = median(_late(call) for call in calls) / 1e6
    seen = mean(gap for call in calls for gap in call.itl or ())
    written = mean(later - earlier for call in calls for earlier, later in pairwise(call.served[0].written))
    ideal = USERS / (TTFT + (TOKENS - 1) * ITL)
    # A slot's CPU time and the like have no part in it.
    rate = steady(Cell("", "", "", "", USERS), Slot("", 0, 0, len(calls), 0, 0, 0), calls) or 0.0
    ttft = median(call.ttft or 0 for call in calls) / 1e6
    return [
        f"TTFT p50    {ttft:.2f} ms, {late:.3f} after the server had written it (wanted: below 1)",
        f"ITL mean    {seen / 1e6:.3f} ms, {seen / written - 1:+.2%} off the server's (wanted: within 3 %)",
        f"throughput  {rate:.1f}/s, {rate / ideal:.1%} of the ideal {ideal:.1f} (wanted: 97 %)",
    ]


def counts(run: Run) -> str:
    """Say what Locust, the run and the journal counted, and how many calls were cut."""
    balance = orjson.loads((run.folder / "run.json").read_bytes())["balance"]
    cut = sum(1 for call in run.calls if call.error == STOPPED)
    three = f"Locust {balance['made']}, run {balance['recorded']}, journal {balance['entries']}"
    return f"counts      {three}; {cut} cut mid-stream; faults: {', '.join(balance['faults']) or 'none'}"


def _late(call: Call) -> int:
    """How long after the server had written the first token its caller stamped it, in ns."""
    [entry] = call.served
    return call.sent + call.chunks[0] - entry.received - entry.written[0]


def main() -> None:
    """Measure with one process and with four, to the end and with users that are stopped mid-stream."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with TemporaryDirectory() as results:
        for processes in (1, 4):
            print(f"\nLocust processes: {processes}")
            run = measured(Path(results), seconds, processes=processes)
            print("\n".join([*timing(run), counts(run)]), flush=True)
            cut = measured(Path(results), seconds / 3, itl=ITL * 20, processes=processes, drain=0.0)
            print(counts(cut), flush=True)


if __name__ == "__main__":
    main()
