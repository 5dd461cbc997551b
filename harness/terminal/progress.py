"""Shows a run's progress and remaining time: a bar on a terminal, plain lines elsewhere."""

from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from overlap.harness.bench.rounds import RunProgress as Step
from overlap.harness.text.one_line import one_line

PLAIN_EVERY = 10.0  # seconds between lines if a bar cannot be drawn, as in a CI log


class ProgressBar:
    """A bar that is redrawn only between slots, because drawing takes CPU that a measurement would notice."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console, self._quiet = console, quiet
        self._spoke = 0.0
        self._bar = Progress(
            BarColumn(30),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[left]}", style="bold"),
            # A name such as [x] must not be read as markup.
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None, left="", visible=False)

    def __enter__(self) -> Self:
        if self._drawn:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._drawn:
            self._bar.stop()

    @property
    def _drawn(self) -> bool:
        return self._console.is_terminal and not self._quiet

    def __call__(self, step: Step) -> None:
        """Show *step*."""
        left = "" if step.left is None else f"{_clock(step.left)} left"
        words = f"round {step.round + 1}: {one_line(step.cell)}" if step.cell else "done"
        if self._drawn:
            self._bar.update(
                self._task, completed=step.done, total=step.total, left=left, description=words, visible=True
            )
            self._bar.refresh()
        elif not self._quiet and (monotonic() - self._spoke > PLAIN_EVERY or not step.cell):
            self._spoke = monotonic()
            self._console.print(Text(f"{step.done}/{step.total}  {left}  {words}"), soft_wrap=True)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
