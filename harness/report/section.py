"""
What a report says: sections of a lead, a table and charts, without a word of HTML or Markdown.

Sections are made of the numbers, formats are made of sections; nothing else passes between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from overlap.harness.report.verdict import Tone, WholeVerdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Chart(Protocol):
    """A picture: `name` is its file's name, `alt` says in words what is to be seen; drawn by matplotlib."""

    @property
    def name(self) -> str:
        """The file's name without its ending, unique within a report."""

    @property
    def title(self) -> str:
        """What is drawn, with its unit."""

    @property
    def alt(self) -> str:
        """The text alternative: the same facts in words."""

    def draw(self) -> "Figure":
        """Make the picture."""


class Plot(Protocol):
    """Intervals drawn in characters, one row of a table a line; `note` says what its marks stand for."""

    @property
    def note(self) -> str:
        """What a reader must know to read it."""

    def drawn(self, width: int, rows: int) -> tuple[str, list[str]]:
        """Return the axis and the first *rows* lines, each of *width* characters; a blank line has no interval."""


@dataclass(frozen=True, slots=True)
class Datum:
    """
    One entry of a table: the text shown, the interval behind it ("" for none), what it is sorted by.

    `tone` is that of a verdict. What is `minor` is left out where there is little room.
    """

    text: str
    interval: str = ""
    sort: float | str | None = None
    tone: Tone | None = None
    minor: bool = False

    @property
    def whole(self) -> str:
        """Text and interval together."""
        return f"{self.text} ({self.interval})" if self.interval else self.text


@dataclass(frozen=True, slots=True)
class TableColumn:
    """
    A column's heading with its unit; `hint` is a formula or definition, told where there is room.

    A `spare` column is the first to go where there is little. `prose` holds a sentence, which stands below its row
    where columns are narrow.
    """

    name: str
    unit: str = ""
    hint: str = ""
    numeric: bool = False
    spare: bool = False
    prose: bool = False

    @property
    def heading(self) -> str:
        """Name and unit."""
        return f"{self.name}, {self.unit}" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of as many `Datum` as there are columns; `note` says what a reader of its entries must know.

    Where it is *worst_first*, the first rows are worth showing where not all of them can be. The column *grouped*
    names what several rows belong to, None where no column does.
    """

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Datum, ...], ...]
    caption: str = ""
    note: str = ""
    worst_first: bool = False
    grouped: int | None = None
    plot: Plot | None = None

    def group(self, row: int) -> str:
        """Name what a *row* belongs to; "" where rows belong to nothing."""
        return "" if self.grouped is None else self.rows[row][self.grouped].text

    def kinds(self, first: int) -> list[str]:
        """Name the verdicts in the rows behind the *first* so many, in their order; none in a table without."""
        return list(dict.fromkeys(datum.text for row in self.rows[first:] for datum in row if datum.tone))


Glance = Literal["whole", "lead", "nothing"]


@dataclass(frozen=True, slots=True)
class Section:
    """
    One thing a report has to say: `lead` is the answer in a sentence, the rest is what it rests on.

    `items` are sentences of a kind, one a line. `glance` says what of it is shown where there is little room: the
    whole, the lead, or nothing.
    """

    title: str
    lead: str
    table: Table | None = None
    charts: tuple[Chart, ...] = ()
    note: str = ""
    parts: "tuple[Section, ...]" = ()
    glance: Glance = "nothing"
    items: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The title as the target of a link."""
        return "-".join("".join(c if c.isalnum() else " " for c in self.title.lower()).split()) or "section"

    def walk(self) -> "Iterator[Section]":
        """Return this section and all its parts, outermost first."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class Report:
    """
    Everything that is told of one run: `facts` are the few words on top, `drawings` the SVG by chart name.

    `verdict` is there where something was judged. `whole` says where the rows are that a short form leaves out.
    """

    title: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    drawings: dict[str, str]
    verdict: WholeVerdict | None = None
    whole: str = "in the report"

    def charts(self) -> Iterator[Chart]:
        """Every chart in the order of the report."""
        for section in self.sections:
            for part in section.walk():
                yield from part.charts
