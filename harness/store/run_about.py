"""run.json as one record: what was asked, where it was measured, what came of it."""

from collections.abc import Mapping

import msgspec

from overlap.harness.store.books import BooksOnFile
from overlap.harness.store.entries import Count, Number, RunEntry, Setting, Texts
from overlap.harness.store.search_entry import SearchEntry
from overlap.harness.store.typed import Misfit, typed


class RunEnvironment(RunEntry, frozen=True, kw_only=True):
    """The machine and what is installed; `packages` has versions by name, `load` is that before the run."""

    NULLS = frozenset({"optimized", "cpu", "cores"})

    python: str | None = None
    implementation: str | None = None
    optimized: bool | None = None
    gil: bool | None = None
    packages: Mapping[str, str | None] | None = None
    system: str | None = None
    machine: str | None = None
    cpu: str | None = None
    cores: Count | None = None
    cores_allowed: Count | None = None
    executor: Count | None = None
    clock: str | None = None
    load: Number | None = None
    interpreter: str | None = None
    pinned: bool | None = None


class ScenarioNotes(RunEntry, frozen=True, kw_only=True):
    """
    What a run knows of one scenario: its question, what was odd about it, which cells were left out, and its SLO.

    `slo` has the limits on a call in ns, by metric of calls.
    """

    NULLS = frozenset({"slo"})

    question: str | None = None
    slo: Mapping[str, Number | None] | None = None
    notes: Texts | None = None
    left_out: Texts | None = None

    @property
    def oddities(self) -> list[str]:
        """The sentences about its application before anything was measured."""
        return list(map(str, self.notes or ()))

    @property
    def omissions(self) -> list[str]:
        """The sentences about cells that were not run."""
        return list(map(str, self.left_out or ()))


class MissingSlot(RunEntry, frozen=True, kw_only=True):
    """A slot that was asked for and gave nothing: its cell's id, its round from 0, and why."""

    NULLS = frozenset({"reason"})

    cell: str | None = None
    round: Count | None = None
    reason: str | None = None


class CutShort(RunEntry, frozen=True, kw_only=True):
    """How many rounds, and slots in all, were not begun because the time was up."""

    rounds: Count | None = None
    slots: Count | None = None


class EndpointUse(RunEntry, frozen=True, kw_only=True):
    """What a real endpoint was sent; `budget` is the most of each count, `wait` is in ns."""

    NULLS = frozenset({"reason"})

    base_url: str | None = None
    model: str | None = None
    budget: Mapping[str, Count] | None = None
    requests: Count | None = None
    tokens: Count | None = None
    estimated: Count | None = None
    limited: Count | None = None
    held: Count | None = None
    wait: Number | None = None
    refused: Count | None = None
    reason: str | None = None


class TimerLag(RunEntry, frozen=True, kw_only=True):
    """How late a timer rang, in ns."""

    NULLS = frozenset({"p99"})

    p50: Number | None = None
    p99: Number | None = None
    max: Number | None = None
    count: Count | None = None


class IdleLoop(RunEntry, frozen=True, kw_only=True):
    """The timing of one idle loop in ns; `histogram` counts heartbeats by the upper end of their lateness."""

    NULLS = frozenset({"sleep", "lag"})

    loop: str | None = None
    clock_step: Number | None = None
    clock_read: Number | None = None
    asked: Number | None = None
    sleep: TimerLag | None = None
    lag: TimerLag | None = None
    histogram: tuple[tuple[Count | None, Count], ...] | None = None


class FloorRounds(RunEntry, frozen=True, kw_only=True):
    """The floor client on one loop at one concurrency: its figures, round by round."""

    client: str
    loop: str
    concurrency: Count
    profile: str | None = None
    tokens: Count | None = None
    calls: Count
    rounds: tuple[Mapping[str, Number | None], ...]


class Calibration(RunEntry, frozen=True, kw_only=True):
    """What was measured before the scenarios, or the `fault` why it was not."""

    seconds: Number | None = None
    fault: str | None = None
    timers: tuple[IdleLoop, ...] | None = None
    floor: tuple[FloorRounds, ...] | None = None
    balance: BooksOnFile | None = None


class EndpointVerdict(RunEntry, frozen=True, kw_only=True):
    """Whether the calls of one endpoint under load met the limits, and how many of them kept these."""

    endpoint: str | None = None
    met: bool | None = None
    calls: Count | None = None
    kept: Count | None = None


class LoadVerdict(RunEntry, frozen=True, kw_only=True):
    """What a load run says of its limits, in a sentence and by endpoint, if there are several."""

    met: bool | None = None
    said: str | None = None
    endpoints: tuple[EndpointVerdict, ...] | None = None


class LoadNotes(RunEntry, frozen=True, kw_only=True):
    """
    What became of a load run's calls; `due` and `sent` are an open loop's.

    `left` were left by their users, `cut` were cut off by the end of the test. `failures` counts them by kind.
    """

    NULLS = frozenset({"due", "sent", "limits", "max_errors"})

    loop: str | None = None
    calls: Count | None = None
    due: Count | None = None
    sent: Count | None = None
    failed: Count | None = None
    left: Count | None = None
    cut: Count | None = None
    failures: Mapping[str, Count] | None = None
    notes: Texts | None = None
    remarks: Texts | None = None
    limits: str | None = None
    max_errors: Number | None = None
    slo: LoadVerdict | None = None


class CellEntry(RunEntry, frozen=True, kw_only=True):
    """A cell, and how much of it was asked for: calls a slot, rounds, tokens an answer, options of the server."""

    NULLS = frozenset({"tokens"})

    scenario: str | None = None
    client: str | None = None
    strategy: str | None = None
    loop: str | None = None
    concurrency: Count | None = None
    profile: str | None = None
    variant: str | None = None
    arrivals: str | None = None
    calls: Count | None = None
    rounds: Count | None = None
    tokens: Count | None = None
    server: tuple[str, ...] | None = None


class RunAbout(RunEntry, frozen=True, kw_only=True):
    """
    The whole of run.json, in the order in which it is written.

    `config` has the options by name: each command has its own. `entered` slots of `slots` are on file. `sum` is
    the digest of the file.
    """

    NULLS = frozenset({"reason"})

    format: int | None = None
    name: str | None = None
    time: str | None = None
    config: Mapping[str, Setting] | None = None
    environment: RunEnvironment | None = None
    scenarios: Mapping[str, ScenarioNotes | None] | None = None
    slots: Count | None = None
    state: str | None = None
    reason: str | None = None
    missing: tuple[MissingSlot, ...] | None = None
    load: LoadNotes | None = None
    entered: Count | None = None
    balance: BooksOnFile | None = None
    calibration: Calibration | None = None
    cut_short: CutShort | None = None
    endpoint: EndpointUse | None = None
    search: SearchEntry | None = None
    cells: tuple[CellEntry, ...] | None = None
    sum: str | None = None

    @property
    def timeout(self) -> float | None:
        """The seconds that a call might take."""
        seconds = (self.config or {}).get("timeout")
        return seconds if isinstance(seconds, int | float) else None

    def scenario(self, name: str) -> ScenarioNotes:
        """Return what is said of the scenario *name*: nothing, if it is not there."""
        return (self.scenarios or {}).get(name) or ScenarioNotes()

    def reasons(self, cell: str) -> list[str]:
        """Return why slots of the cell with the id *cell* gave nothing, a reason for each."""
        return [str(slot.reason) for slot in self.missing or () if slot.cell == cell]


def about_from(facts: Mapping[str, object]) -> tuple[RunAbout, list[str]]:
    """
    Return the JSON object *facts* of run.json as a record, and a sentence for each entry of another kind.

    Such an entry would fail later, in some section; it is left out.

    >>> about_from({"state": "failed", "missing": [{"cell": 5}]})[1]
    ['run.json: missing[0].cell cannot be 5, so missing is left out']
    """
    entries, faults = {}, []
    for each in msgspec.structs.fields(RunAbout):
        try:
            entries[each.name] = typed(facts.get(each.name), each.type, each.name)
        except Misfit as wrong:
            faults.append(f"run.json: {wrong}, so {each.name} is left out")
    return RunAbout(**entries), faults
