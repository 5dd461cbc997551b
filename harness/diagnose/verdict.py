"""What a diagnosis comes to: findings ranked, what buys nothing, what was not tried, and what was seen besides."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from overlap.harness.diagnose.catalogue import KINDS, Intervention, Kind
from overlap.harness.diagnose.judge import UNCHANGED, Effect, effects, ranked
from overlap.harness.diagnose.phrases import Cause, answer, failing
from overlap.harness.diagnose.run import Measurements
from overlap.harness.diagnose.symptoms import symptoms
from overlap.harness.report.figures import count
from overlap.harness.stats.peace import disturbances

SCHEMA = "overlap-diagnosis/1"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The outcome: `named` is the worst trap's intervention, None where there is none to name."""

    answer: str
    named: str | None
    findings: Sequence[Cause]
    nothing: Sequence[tuple[Intervention, Effect]]
    untried: Mapping[str, str]
    symptoms: Sequence[str]
    missing: Mapping[str, str]
    state: str
    fault: str | None

    @property
    def faults(self) -> list[str]:
        """What is missing, one sentence each; empty where nothing is."""
        gone = [f"{name}: {reason}" for name, reason in self.missing.items()]
        return [*gone, *([self.fault] if self.fault else [])]

    @property
    def exit_code(self) -> int:
        """0 done, 1 something is missing, 130 interrupted."""
        return 130 if self.state == "interrupted" else 1 if self.faults else 0


def diagnosis(made: Measurements) -> Diagnosis:
    """Judge what was measured; pure."""
    by_name = {each.name: each for each in made.tried}
    found = [effect for kind in KINDS for effect in effects(made.rounds, _headlines(made, kind))]
    unfinished = _unfinished(made)
    # What is too little for an answer is too little for a finding.
    findings = [] if unfinished else [_finding(by_name[each.name], each, made) for each in ranked(found)]
    findings.sort(key=lambda each: KINDS.index(each.kind))  # sorting keeps the ranks
    traps = [each.name for each in findings if each.kind == "trap"]
    bought = {each.name for each in findings}
    signs = symptoms(made.seen, bought)
    unshown = [each for each in found if each.name not in bought]
    unshown_traps = [each for each in unshown if by_name[each.name].kind == "trap"]
    return Diagnosis(
        answer=unfinished
        or answer(findings, unshown_traps, [each.said for each in signs if each.wrong], _failing(made)),
        named=traps[0] if traps else None,
        findings=findings,
        nothing=[(by_name[each.name], each) for each in unshown],
        untried={each.name: each.nothing for each in made.untried},
        symptoms=[*disturbances(made.slots), *(each.said for each in signs)],
        missing=made.missing,
        state=made.state,
        fault=made.fault or _all_failed(made),
    )


def _failing(made: Measurements) -> str:
    """Say how many calls failed in the measured rounds, or if none did there, in the watched slot; "" for none."""
    counts = {
        name: (
            round(sum(each[name].get("errors") or 0 for each in made.rounds if name in each)),
            made.asked.calls * sum(1 for each in made.rounds if name in each),
        )
        for name in (UNCHANGED, *(each.name for each in made.tried))
    }
    unchanged = counts.pop(UNCHANGED)
    said = failing(unchanged, {name: each for name, each in counts.items() if each[1]})
    watched = made.seen.counted if made.seen else []
    failed = sum(1 for call in watched if call.error)
    return said or (f"{failed:,} of {count(len(watched), 'call')} failed in the watched slot." if failed else "")


def _all_failed(made: Measurements) -> str | None:
    """Say that every call of the unchanged application failed, where that is so."""
    calls = made.seen.counted if made.seen else []
    if not calls or not all(call.error for call in calls):
        return None
    return f"every call failed: {len(calls):,} of {len(calls):,}, {calls[0].error}"


def _headlines(made: Measurements, kind: Kind) -> dict[str, tuple[str, ...]]:
    """Return what a kind's interventions are judged by: kinds make claims of their own, so each is one family."""
    return {each.name: each.headlines for each in made.tried if each.kind == kind}


def _finding(each: Intervention, effect: Effect, made: Measurements) -> Cause:
    return Cause(each.name, each.kind, each.does, each.title(made.seen), each.advice(made.seen), effect)


def _unfinished(made: Measurements) -> str | None:
    whole = sum(1 for each in made.rounds if len(each) == len(made.tried) + 1 - len(made.missing))
    if whole < 3 and made.state != "finished":
        return (
            f"Not enough was measured to say anything: {whole} of {count(made.asked.rounds, 'round')} are whole."
        )
    cached = [call for call in made.seen.counted if not call.error and not call.served]
    if cached and made.seen.slot.requests is not None:
        return (
            f"Nothing can be said: {len(cached)} of {count(len(made.seen.counted), 'call')} made no request, so "
            "something in the application answered them, such as a cache. Switch it off, or ask with other inputs."
        )
    return None


def to_json(made: Measurements, found: Diagnosis, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as JSON objects: what was asked, every round's figures, and what came of them."""
    asked = {key: value for key, value in asdict(made.asked).items() if key not in {"results", "inputs"}}
    notes = {
        topic: [{key: value for key, value in note.items() if key != "path"} for note in some]
        for topic, some in made.seen.notes.items()
    }
    return {
        "schema": SCHEMA,
        **about,
        "asked": asked,
        "state": found.state,
        "fault": found.fault,
        "answer": found.answer,
        "named": found.named,
        "findings": [asdict(each) for each in found.findings],
        "nothing": [asdict(effect) for _, effect in found.nothing],
        "untried": dict(found.untried),
        "symptoms": list(found.symptoms),
        "missing": dict(found.missing),
        "seen": {"strategy": made.seen.strategy, "methods": list(made.seen.methods), "notes": notes},
        "rounds": made.rounds,
    }
