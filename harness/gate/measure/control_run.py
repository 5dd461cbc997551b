"""
The gate held against the truth on this machine, build by build.

Run it: `python -m overlap.harness.gate.measure.control_run`.

    aa        base against itself: nothing may be called changed
    inject    a slowdown planted in one cell: that cell, and no other, must be named
    real      httpx under the OpenAI SDK at concurrency 32 is a regression, aiohttp an improvement

Each build is `overlap gate` as a user starts it, with a seed of its own, so that another cell is slowed down each
time. Wants a quiet machine: a disturbed build is shown as invalid, and proves nothing either way.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from overlap.harness.gate.file import read
from overlap.harness.gate.judge import judge
from overlap.harness.gate.record import GateOutcome
from overlap.harness.host import our_package
from overlap.harness.host.owned.children import Child, guarded
from overlap.harness.store.ledger import fresh

PATIENCE = 10.0  # seconds for a gate that is interrupted to write down what it has
SAME = ("--base", "executor=6")
ON_32 = ("--strategies", "gather", "--concurrency", "32", "--loops", "asyncio", "--profile", "instant")
REAL = {
    "httpx2 → httpx": (("--base", "client=openai", "--candidate", "client=openai_httpx", *ON_32), "regressed"),
    "httpx2 → aiohttp": (("--base", "client=openai", "--candidate", "client=openai_aiohttp", *ON_32), "improved"),
}


@dataclass(frozen=True, slots=True)
class Build:
    """One run of the gate: what it was called with, and which verdict is right."""

    name: str
    words: Sequence[str]
    right: str


def builds(kinds: Sequence[str], times: int, shares: Sequence[str], first: int) -> Iterator[Build]:
    """Return the builds of *kinds*, each *times* with a seed of its own, counted from *first*."""
    for seed in range(first, first + times):
        seeded = ("--seed", str(seed))
        if "aa" in kinds:
            yield Build("aa", ("--aa", *SAME, *seeded), "pass")
        if "inject" in kinds:
            for share in shares:
                yield Build(f"inject {share}", ("--inject", share, *SAME, *seeded), "pass")
        if "real" in kinds:
            for name, (words, right) in REAL.items():
                yield Build(name, (*words, *seeded), right)


def carry_out(build: Build, out: Path, more: Sequence[str]) -> tuple[int, GateOutcome | None]:
    """Run one build; return its exit code, and its outcome where it left one."""
    words = ("gate", *build.words, "--out", str(out), "--quiet", *more)
    command = our_package.command("overlap.harness.cli", *words)
    with guarded():
        running = Child(command, stdout=subprocess.DEVNULL)
        try:
            code = running.wait()
        except KeyboardInterrupt:
            running.send_signal(signal.SIGINT)
            running.end(PATIENCE)
            raise
    path = out / "gate.json"
    return code, judge(read(path)) if path.exists() else None


def row(build: Build, code: int, outcome: GateOutcome | None) -> str:
    """Return one line on how a build ended."""
    if outcome is None:
        return f"{build.name:18} {'none':13} exit {code}  nothing was measured"
    mark = "as it should" if outcome.verdict == build.right else "NOT as it should"
    cells = len(outcome.run.declared)
    took = f"{outcome.run.took or 0:.0f} s"
    return (
        f"{build.name:18} {outcome.verdict:13} exit {code}  {cells} cells  {outcome.run.rounds:3} rounds"
        f"  {took:>6}  {len(outcome.run.disturbed)} disturbed  {mark}: {outcome.why}"
    )


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(["aa", "inject", "real"]))
@click.option("--times", default=1, show_default=True, help="builds of each kind")
@click.option("--shares", default="5%,10%", show_default=True, help="slowdowns to plant")
@click.option("--first", default=1, show_default=True, help="seed of the first build")
@click.option("--more", default="", help="more words for every `overlap gate`")
def main(kinds: tuple[str, ...], times: int, shares: str, first: int, more: str) -> None:
    """Run the builds and say of each what came of it. Exit code 0: all as it should; 1: some were not."""
    folder, wrong = fresh(Path("results"), "proof"), 0
    for number, build in enumerate(builds(kinds or ("aa", "inject", "real"), times, shares.split(","), first)):
        code, outcome = carry_out(build, folder / f"{number:02}", more.split())
        wrong += outcome is None or outcome.verdict != build.right
        print(row(build, code, outcome), flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
