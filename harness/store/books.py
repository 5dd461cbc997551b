"""The books of a run: every call that was made is recorded, and the server saw it."""

from dataclasses import asdict, dataclass

from overlap.harness.model.record import Call
from overlap.harness.store.entries import Count, RunEntry, Texts


class BooksOnFile(RunEntry, frozen=True, kw_only=True):
    """The books as run.json has them, and what did not balance; their counts are those of `Balance`."""

    made: Count | None = None
    recorded: Count | None = None
    joined: Count | None = None
    unsent: Count | None = None
    entries: Count | None = None
    unjoined: Count | None = None
    dropped: Count | None = None
    missing: Count | None = None
    untold: Count | None = None
    untagged: Count | None = None
    journal: bool | None = None
    faults: Texts | None = None


@dataclass(slots=True)
class Balance:
    """
    The books of a run: every call that was made is recorded, and has its entry in the server's journal.

    Warm-up calls count as well: they were made. A call that failed before the server saw anything of it has no
    entry, but an error to show for it: those are `unsent`. `missing` counts the slots that never answered. Calls
    of somebody's own application need not have a request, nor one known to be theirs: those are `untold`,
    and `untagged` are the requests that carried no tag of a call in flight.
    """

    made: int = 0
    recorded: int = 0
    joined: int = 0
    unsent: int = 0
    entries: int = 0
    unjoined: int = 0
    dropped: int = 0
    missing: int = 0
    untold: int = 0
    untagged: int = 0
    journal: bool = True

    def add(self, made: int, calls: list[Call], unjoined: int, dropped: int, *, own: bool = False) -> None:
        """Add one slot: how many calls it was told to make, and what came of it; *own*: by somebody's own code."""
        if own:
            self.untold += sum(1 for call in calls if not call.served and not call.error)
        self.made += made
        self.recorded += len(calls)
        self.joined += sum(1 for call in calls if call.served)
        self.unsent += sum(1 for call in calls if call.error and not call.served)
        self.entries += sum(len(call.served) for call in calls) + unjoined
        self.unjoined += unjoined
        self.dropped += dropped

    @property
    def faults(self) -> list[str]:
        """Say what does not balance, one sentence each; empty when the books balance."""
        sentences = []
        if self.missing:
            sentences.append(f"{self.missing} slots never answered")
        if self.made != self.recorded:
            sentences.append(f"{self.made} calls made, {self.recorded} recorded")
        lost = self.recorded - self.joined - self.unsent - self.untold
        if self.journal and lost:
            sentences.append(f"{lost} calls never reached the server, and did not fail either")
        if self.unjoined:
            sentences.append(f"{self.unjoined} requests at the server belong to no call")
        if self.dropped:
            sentences.append(f"the server's journal dropped {self.dropped} entries")
        if not self.recorded:
            sentences.append("nothing was measured")
        return sentences

    def on_file(self) -> BooksOnFile:
        """Return the counts and the faults, for run.json."""
        return BooksOnFile(**asdict(self), faults=tuple(self.faults))
