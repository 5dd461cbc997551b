"""What run.json says of a run beside its cells, as records; an entry of another kind is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_type_hints

from overlap.harness.store.typed import Misfit, typed

Texts = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ScenarioNotes:
    """
    What a run knows of one scenario: its question, what was odd about it, which cells were left out, and its SLO.

    `slo` has the limits on a call in ns, by metric of calls.
    """

    question: str | None = None
    notes: Texts | None = None
    left_out: Texts | None = None
    slo: Mapping[str, float | None] | None = None

    @property
    def oddities(self) -> list[str]:
        """The sentences about its application before anything was measured."""
        return list(map(str, self.notes or ()))

    @property
    def omissions(self) -> list[str]:
        """The sentences about cells that were not run."""
        return list(map(str, self.left_out or ()))


@dataclass(frozen=True, slots=True)
class MissingSlot:
    """A slot that was asked for and gave nothing: its cell's id, its round from 0, and why."""

    cell: str | None = None
    round: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CutShort:
    """How many rounds, and slots in all, were not begun because the time was up."""

    rounds: int | None = None
    slots: int | None = None


@dataclass(frozen=True, slots=True)
class EndpointUse:
    """What a real endpoint was sent; `budget` is the most of each count, `wait` is in ns."""

    base_url: str | None = None
    model: str | None = None
    requests: int | None = None
    tokens: int | None = None
    estimated: int | None = None
    limited: int | None = None
    held: int | None = None
    refused: int | None = None
    wait: float | None = None
    budget: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ConfigNotes:
    """What a run was asked for, as far as figures depend on it: the seconds that a call might take."""

    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointVerdict:
    """Whether the calls of one endpoint under load met the limits, and how many of them kept these."""

    endpoint: str | None = None
    met: bool | None = None
    calls: int | None = None
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class LoadVerdict:
    """What a load run says of its limits, in a sentence and by endpoint, if there are several."""

    met: bool | None = None
    said: str | None = None
    endpoints: tuple[EndpointVerdict, ...] | None = None


@dataclass(frozen=True, slots=True)
class LoadNotes:
    """
    What became of a load run's calls; `due` and `sent` are an open loop's.

    `left` were left by their users, `cut` were cut off by the end of the test.
    """

    calls: int | None = None
    due: int | None = None
    sent: int | None = None
    failed: int | None = None
    left: int | None = None
    cut: int | None = None
    slo: LoadVerdict | None = None
    limits: str | None = None
    notes: Texts | None = None
    remarks: Texts | None = None


@dataclass(frozen=True, slots=True)
class RunHeader:
    """The entries of run.json that reports read; what is not there, or of another kind, is as nobody said it."""

    name: str | None = None
    time: str | None = None
    state: str | None = None
    reason: str | None = None
    config: ConfigNotes | None = None
    scenarios: Mapping[str, ScenarioNotes | None] | None = None
    missing: tuple[MissingSlot, ...] | None = None
    cut_short: CutShort | None = None
    endpoint: EndpointUse | None = None
    load: LoadNotes | None = None

    def scenario(self, name: str) -> ScenarioNotes:
        """Return what is said of the scenario *name*: nothing, if it is not there."""
        return (self.scenarios or {}).get(name) or ScenarioNotes()

    def reasons(self, cell: str) -> list[str]:
        """Return why slots of the cell with the id *cell* gave nothing, a reason for each."""
        return [str(slot.reason) for slot in self.missing or () if slot.cell == cell]


def header_from(about: Mapping[str, object]) -> RunHeader:
    """
    Return the entries of *about*, the JSON of run.json.

    >>> header_from({"state": "failed", "missing": [{"cell": "a", "reason": "it died"}], "name": 5}).reasons("a")
    ['it died']
    """
    entries = {}
    for each in fields(RunHeader):
        try:
            entries[each.name] = typed(about.get(each.name), _KINDS[each.name], each.name)
        except Misfit:  # `run_json.misfits` tells of it when the file is read
            continue
    return RunHeader(**entries)


_KINDS = get_type_hints(RunHeader)
