"""`overlap diagnose` calls no blocked application fine, and no cache a gain."""

from collections.abc import Iterator, Sequence

from overlap.harness.diagnose.catalogue import interventions
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.diagnose.figures import figures
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.run import Measurements
from overlap.harness.diagnose.verdict import Diagnosis, diagnosis
from overlap.harness.model.record import Call, Served, Slot
from overlap.harness.proof.row import ProofRow

MS = 1_000_000
CALLS, AT_ONCE, TOOK = 32, 8, 250 * MS
LINE = {"file": "app.py", "line": 5, "function": "ask", "text": "r = client.create(prompt)", "path": "app.py"}


def rows() -> Iterator[ProofRow]:
    """Yield rows for a synchronous client in async code, for a loop that is held for nothing, and for a cache."""
    blocked, freed = _blocked(), _freed()
    diagnosis = _diagnosed(blocked, freed)
    per_call = f"a call's own clock {_own(blocked) // MS} ms blocked, {_own(freed) // MS} ms off the loop"
    yield ProofRow(
        "the worst finding",
        f"a synchronous client: {CALLS} calls, {AT_ONCE} at once; {per_call}",
        "off_the_loop",
        str(diagnosis.named),
        diagnosis.named == "off_the_loop",
    )
    held = _diagnosed(blocked, blocked)
    text = (
        "says that the loop was held" if "The event loop was held 100 % of the time" in held.answer else "silent"
    )
    yield ProofRow(
        "an answer without a finding",
        "the same, where a thread does not help",
        "says that the loop was held",
        text,
        text != "silent",
    )
    cached = _diagnosed([_call(each, 0, served=False) for each in range(CALLS)], freed)
    outcome = "a gain" if cached.findings else "nothing is said of gains"
    yield ProofRow(
        "a cache in the application",
        "no call made a request",
        "nothing is said of gains",
        outcome,
        not cached.findings,
    )


def _call(index: int, sent: int, duration: int = TOOK, *, served: bool = True) -> Call:
    entry = Served(sent, [duration], [duration], duration)
    return Call("app", 0, index, sent, sent + duration, served=(entry,) if served else ())


def _blocked() -> list[Call]:
    """Return calls of which only one is ever under way: each holds the event loop until it has its answer."""
    return [_call(index, index * TOOK) for index in range(CALLS)]


def _freed() -> list[Call]:
    """Return the same calls on threads, eight at once, each half as long again."""
    return [_call(index, index // AT_ONCE * TOOK * 3 // 2, TOOK * 3 // 2) for index in range(CALLS)]


def _own(calls: Sequence[Call]) -> int:
    return max(call.done - call.sent for call in calls)


def _slot(calls: Sequence[Call]) -> Slot:
    end = max(call.done for call in calls)
    return Slot("app", 0, 0, CALLS, 0, end, 10 * MS, peak=1, requests=CALLS, opened=0)


def _diagnosed(before: Sequence[Call], after: Sequence[Call]) -> Diagnosis:
    slot = _slot(before)
    # More than there was: what a watcher adds up over its looks.
    note = {
        **LINE,
        "inner": f"`{LINE['text']}`",
        "inner_at": "app.py:5",
        "count": 9,
        "took": round(slot.ended * 1.3),
    }
    seen = Observation(
        slot, before, {"held": [note]}, ("ainvoke",), "gather_bounded", AT_ONCE, "steady,ttft=0.25,itl=0"
    )
    one, other = figures(slot, before, AT_ONCE), figures(_slot(after), after, AT_ONCE)
    rounds = [{"unchanged": _scaled(one, turn), "off_the_loop": _scaled(other, -turn)} for turn in (-1, 0, 1)]
    return diagnosis(
        Measurements(
            DiagnosisRequest("app.py:ask"), seen, interventions(["off_the_loop"]), [], rounds, state="finished"
        )
    )


def _scaled(each: dict[str, float | None], turn: int) -> dict[str, float | None]:
    """Return a round's figures with one per cent of noise."""
    return {name: None if value is None else value * (1 + turn / 100) for name, value in each.items()}
