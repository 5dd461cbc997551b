"""The rows of a pytest-benchmark suite as cells: the suite run in either arm, once a round."""

import random
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from overlap.harness.gate.measure.series_log import PairedSlot, SeriesLog
from overlap.harness.gate.pytest_json import rows
from overlap.harness.gate.record import ARMS, Series
from overlap.harness.host import interrupt
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned import children
from overlap.harness.host.owned.temporary import temporary
from overlap.harness.host.secrets import masked
from overlap.harness.report.figures import count, listed
from overlap.harness.text.numerals import exactly

METRIC = "median"
# A row's median is one number of one process: rather many short rounds than a few long ones.
SHORT = ("--benchmark-max-time=0.2", "--benchmark-min-rounds=5", "--continue-on-collection-errors")
# What an arm's suite is run by: words, environment, folder; the last argument is the file it writes.
Command = Callable[[str, Path], tuple[Sequence[str], Mapping[str, str], Path]]


class Rows:
    """Runs *command* in both arms, on *core*, for at most *patience* seconds each time."""

    def __init__(self, command: Command, core: int | None, patience: float) -> None:
        self._command, self._core, self._patience = command, core, patience
        self._known: tuple[str, ...] = ()

    def declare(self, book: SeriesLog) -> None:
        """
        Run both once, and have the book know a series for each row.

        A row that the candidate lacks is missing. One that the base lacks is new: there is nothing to compare it
        with until the next change.
        """
        medians = {}
        for arm in ARMS:
            rows = self._run(arm)
            if isinstance(rows, str):
                book.declared += ("(pytest)",)
                book.leave_out("(pytest)", arm, rows, trial=True)
                return
            medians[arm] = rows
        book.declared += tuple(medians["base"])
        for name in medians["base"].keys() - medians["candidate"].keys():
            book.leave_out(name, "candidate", "the candidate has no such benchmark, or it fails there", trial=True)
        if new := sorted(medians["candidate"].keys() - medians["base"].keys()):
            have = "has" if len(new) == 1 else "have"
            note = f"{count(len(new), 'benchmark')} {have} no base to be compared with: {listed(new)}."
            book.notes.append(note)
        self._known = tuple(name for name in medians["base"] if name in medians["candidate"])
        book.declare(Series(name, METRIC, "ns", "timed", "lower") for name in self._known)

    def measure(self, rng: random.Random, names: set[str]) -> list[PairedSlot]:
        """Run both, in an order drawn at random, unless nothing of it is among the open *names*."""
        if not names & set(self._known):
            return []
        order = rng.choice(("BC", "CB"))
        results = {}
        for letter in order:
            arm = ARMS["BC".index(letter)]
            results[arm] = self._run(arm)
        base, candidate = (each if isinstance(each, dict) else {} for each in (results[arm] for arm in ARMS))
        return [
            PairedSlot(name, order, {METRIC: base[name]}, {METRIC: candidate[name]})
            for name in self._known
            if name in base and name in candidate
        ]

    def _run(self, arm: str) -> dict[str, float] | str:
        """Return the median of each row, in ns, or in one line why there are none."""
        interrupt.check()
        with temporary("rows") as folder:
            out = folder / "rows.json"
            words, env, cwd = self._command(arm, out)
            argv = [*words, *SHORT]
            try:
                done = children.run(argv, self._patience, core=self._core, env=scrubbed(**env), cwd=cwd)
            except subprocess.TimeoutExpired:
                return f"the suite took more than {exactly(self._patience)} s"
            # 1: some tests failed, and those that did not are in the file.
            if done.returncode > 1 or not out.exists():
                output = masked(done.stdout.decode("utf-8", "replace")).strip().splitlines()
                return (
                    f"pytest ended with exit code {done.returncode}: {output[-1] if output else 'without a word'}"
                )
            return {row.name: row.median * 1e9 for row in rows(out)}
