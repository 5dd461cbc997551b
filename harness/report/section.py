"""
What a report says: sections of a lead, a table and charts, without a word of HTML or Markdown.

Sections are made of the numbers, formats are made of sections; nothing else passes between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

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


@dataclass(frozen=True, slots=True)
class Datum:
    """One entry of a table: the text shown, the interval behind it ("" for none), what it is sorted by."""

    text: str
    interval: str = ""
    sort: float | str | None = None

    @property
    def whole(self) -> str:
        """Text and interval together."""
        return f"{self.text} ({self.interval})" if self.interval else self.text


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading with its unit; `hint` is a formula or definition, told where there is room."""

    name: str
    unit: str = ""
    hint: str = ""
    numeric: bool = False

    @property
    def heading(self) -> str:
        """Name and unit."""
        return f"{self.name}, {self.unit}" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many `Datum` as there are columns; `note` says what a reader of its entries must know."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Datum, ...], ...]
    caption: str = ""
    note: str = ""


Glance = Literal["whole", "lead", "nothing"]


@dataclass(frozen=True, slots=True)
class Section:
    """
    One thing a report has to say: `lead` is the answer in a sentence, the rest is what it rests on.

    `glance` says what of it is shown where there is little room: the whole, the lead, or nothing.
    """

    title: str
    lead: str
    table: Table | None = None
    charts: tuple[Chart, ...] = ()
    note: str = ""
    parts: "tuple[Section, ...]" = ()
    glance: Glance = "nothing"

    @property
    def anchor(self) -> str:
        """The title as the target of a link."""
        return "-".join("".join(c if c.isalnum() else " " for c in self.title.lower()).split()) or "section"

    def walk(self) -> "Iterator[Section]":
        """Answer this section and all its parts, outermost first."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told of one run: `facts` are the few words on top, `drawings` the SVG by chart name."""

    title: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    drawings: dict[str, str]

    def charts(self) -> Iterator[Chart]:
        """Every chart in the order of the report."""
        for section in self.sections:
            for part in section.walk():
                yield from part.charts
