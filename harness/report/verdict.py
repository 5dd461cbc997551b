"""A verdict as a report tells it: how good or bad it is, the checks it is made of, and the signs that show it."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["bad", "invalid", "unsure", "better", "good"]


@dataclass(frozen=True, slots=True)
class Signs:
    """What stands for a tone: in Markdown, on a terminal, in JUnit XML ("" for none), as a level of GitHub's."""

    mark: str
    style: str
    element: str
    level: str


SIGNS: dict[Tone, Signs] = {
    "bad": Signs("🔴", "bold red", "failure", "error"),
    "invalid": Signs("🟣", "bold magenta", "error", "error"),
    "unsure": Signs("🟡", "yellow", "skipped", "warning"),
    "better": Signs("🔵", "cyan", "", "notice"),
    "good": Signs("🟢", "green", "", "notice"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """
    One thing that was judged: a series of a gate, a limit in a cell.

    `group` and `name` say which, no two alike; `message` is a sentence that can stand alone, `kind` what a failure
    is called, `file` the source file that it belongs to, where one is known.
    """

    group: str
    name: str
    word: str
    tone: Tone
    message: str
    kind: str
    file: str | None = None

    @property
    def title(self) -> str:
        """Which one it is, and the verdict on it."""
        return f"{self.group} {self.word}".strip()


@dataclass(frozen=True, slots=True)
class WholeVerdict:
    """
    What a command has decided on the whole: `subject` judged it, `word` is the verdict, `answer` says why.

    `stem` begins the names of its files. `doubts` are what may be wrong although the verdict stands; `took` is in
    seconds, `time` when it was measured, "" where that is not known.
    """

    stem: str
    subject: str
    word: str
    tone: Tone
    answer: str
    checks: tuple[Check, ...] = ()
    doubts: tuple[str, ...] = ()
    took: float | None = None
    time: str = ""

    @property
    def title(self) -> str:
        """The heading of its report."""
        return f"{self.subject}: {self.word}"

    @property
    def opening(self) -> str:
        """The word that must stand before the answer; "" where the answer begins with it."""
        return "" if self.answer.startswith(f"{self.subject} {self.word}") else self.word

    @property
    def line(self) -> str:
        """Verdict and answer in one line."""
        return f"{self.opening}: {self.answer}" if self.opening else self.answer
