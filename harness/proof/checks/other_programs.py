"""What other programs take is told, and what a worker hands to processes of its own is the worker's."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from overlap.harness.host.other_programs import CpuSample, taken
from overlap.harness.model.record import Slot
from overlap.harness.probe import Probe
from overlap.harness.proof.row import ProofRow
from overlap.harness.stats.peace import disturbances
from overlap.harness.worker.stopwatch import blocking

BURNT = 0.3
CHILD = f"import time\nwhile time.process_time() < {BURNT}: pass"
# Cores, seconds of wall time, busy, stolen and ours; the foreign cores and the share of steal that follow.
LOOKS = (
    (2, 10.0, 12.0, 0.0, 12.0, 0.0, 0.0),
    (2, 10.0, 12.0, 0.0, 2.0, 1.0, 0.0),
    (2, 10.0, 4.0, 2.0, 4.0, 0.0, 0.1),
    (64, 10.0, 5.0, 6.4, 0.0, 0.5, 0.01),
)


def rows() -> Iterator[ProofRow]:
    """Yield rows for what is counted, for what is said of it, and for a strategy that starts a process."""
    for cores, wall, busy, stolen, ours, foreign, steal in LOOKS:
        usage = taken(CpuSample(0.0, 1.0, 1.0, 1.0, cores), CpuSample(wall, 1 + busy, 1 + stolen, 1 + ours, cores))
        assert usage.foreign is not None
        assert usage.steal is not None
        yield ProofRow(
            "cores taken by others, share stolen",
            f"{cores} cores, {wall:g} s: {busy:g} s busy, {ours:g} of it ours, {stolen:g} s stolen",
            f"{foreign:g}, {steal:.0%}",
            f"{usage.foreign:g}, {usage.steal:.0%}",
            abs(usage.foreign - foreign) < 1e-9 and abs(usage.steal - steal) < 1e-9,
        )
    for foreign, wanted in ((0.0, False), (0.1, False), (0.5, True), (2.0, True)):
        sentences = disturbances([Slot("c", 0, 0, 1, 0, 10**9, 0, foreign=foreign)])
        yield ProofRow(
            "doubt: other programs",
            f"{foreign:g} cores for a second",
            "said" if wanted else "not said",
            " ".join(sentences) or "nothing",
            bool(sentences) == wanted,
        )

    def handing_over(*_: Any) -> None:
        subprocess.run([sys.executable, "-I", "-S", "-c", CHILD], check=True)

    timed = blocking(handing_over, None, [], Probe(), 1)
    yield ProofRow(
        "CPU per call of what a process of its own computes",
        f"a child that computes for {BURNT:g} s, on this machine",
        f"{BURNT:g} to {BURNT + 0.15:g} s",
        f"{timed.cpu / 1e9:.2f} s",
        BURNT - 0.02 <= timed.cpu / 1e9 <= BURNT + 0.15,
    )
