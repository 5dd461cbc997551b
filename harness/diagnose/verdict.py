"""The result of a diagnosis: ranked causes, changes without effect, changes not tried, and other symptoms."""

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
    """The outcome: `named` is the worst trap's intervention, None if there is none to name."""

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
        """Return what is missing, one sentence each; empty if nothing is."""
        gone = [f"{name}: {reason}" for name, reason in self.missing.items()]
        return [*gone, *([self.fault] if self.fault else [])]

    @property
    def exit_code(self) -> int:
        """0 done, 1 something is missing, 130 interrupted."""
        return 130 if self.state == "interrupted" else 1 if self.faults else 0


def diagnosis(measurements: Measurements) -> Diagnosis:
    """Judge what was measured; pure."""
    by_name = {each.name: each for each in measurements.tried}
    effects_found = [
        effect for kind in KINDS for effect in effects(measurements.rounds, _headlines(measurements, kind))
    ]
    unfinished = _unfinished(measurements)
    # What is too little for an answer is too little for a finding.
    findings = (
        [] if unfinished else [_finding(by_name[each.name], each, measurements) for each in ranked(effects_found)]
    )
    findings.sort(key=lambda each: KINDS.index(each.kind))  # sorting keeps the ranks
    traps = [each.name for each in findings if each.kind == "trap"]
    bought = {each.name for each in findings}
    signs = symptoms(measurements.seen, bought)
    unshown = [each for each in effects_found if each.name not in bought]
    unshown_traps = [each for each in unshown if by_name[each.name].kind == "trap"]
    return Diagnosis(
        answer=unfinished
        or answer(findings, unshown_traps, [each.text for each in signs if each.wrong], _failing(measurements)),
        named=traps[0] if traps else None,
        findings=findings,
        nothing=[(by_name[each.name], each) for each in unshown],
        untried={each.name: each.nothing for each in measurements.untried},
        symptoms=[*disturbances(measurements.slots), *(each.text for each in signs)],
        missing=measurements.missing,
        state=measurements.state,
        fault=measurements.fault or _all_failed(measurements),
    )


def _failing(measurements: Measurements) -> str:
    """Return how many calls failed in the rounds, or if none did, in the watched slot, in words; "" for none."""
    counts = {
        name: (
            round(sum(each[name].get("errors") or 0 for each in measurements.rounds if name in each)),
            measurements.asked.calls * sum(1 for each in measurements.rounds if name in each),
        )
        for name in (UNCHANGED, *(each.name for each in measurements.tried))
    }
    unchanged = counts.pop(UNCHANGED)
    sentence = failing(unchanged, {name: each for name, each in counts.items() if each[1]})
    watched = measurements.seen.counted if measurements.seen else []
    failed = sum(1 for call in watched if call.error)
    return sentence or (
        f"{failed:,} of {count(len(watched), 'call')} failed in the watched slot." if failed else ""
    )


def _all_failed(measurements: Measurements) -> str | None:
    """Return a sentence if every call of the unchanged application failed, else None."""
    calls = measurements.seen.counted if measurements.seen else []
    if not calls or not all(call.error for call in calls):
        return None
    return f"every call failed: {len(calls):,} of {len(calls):,}, {calls[0].error}"


def _headlines(measurements: Measurements, kind: Kind) -> dict[str, tuple[str, ...]]:
    """Return what a kind's interventions are judged by: kinds make claims of their own, so each is one family."""
    return {each.name: each.headlines for each in measurements.tried if each.kind == kind}


def _finding(each: Intervention, effect: Effect, measurements: Measurements) -> Cause:
    return Cause(
        each.name, each.kind, each.does, each.title(measurements.seen), each.advice(measurements.seen), effect
    )


def _unfinished(measurements: Measurements) -> str | None:
    whole = sum(
        1 for each in measurements.rounds if len(each) == len(measurements.tried) + 1 - len(measurements.missing)
    )
    if whole < 3 and measurements.state != "finished":
        rounds = count(measurements.asked.rounds, "round")
        return f"Not enough was measured to say anything: {whole} of {rounds} are whole."
    cached = [call for call in measurements.seen.counted if not call.error and not call.served]
    if cached and measurements.seen.slot.requests is not None:
        calls = count(len(measurements.seen.counted), "call")
        return (
            f"Nothing can be said: {len(cached)} of {calls} made no request, so "
            "something in the application answered them, such as a cache. Switch it off, or ask with other inputs."
        )
    return None


def to_json(measurements: Measurements, diagnosed: Diagnosis, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as JSON objects: what was asked, every round's figures, and what came of them."""
    options = {key: value for key, value in asdict(measurements.asked).items() if key not in {"results", "inputs"}}
    notes = {
        topic: [{key: value for key, value in note.items() if key != "path"} for note in some]
        for topic, some in measurements.seen.notes.items()
    }
    return {
        "schema": SCHEMA,
        **about,
        "asked": options,
        "state": diagnosed.state,
        "fault": diagnosed.fault,
        "answer": diagnosed.answer,
        "named": diagnosed.named,
        "findings": [asdict(each) for each in diagnosed.findings],
        "nothing": [asdict(effect) for _, effect in diagnosed.nothing],
        "untried": dict(diagnosed.untried),
        "symptoms": list(diagnosed.symptoms),
        "missing": dict(diagnosed.missing),
        "seen": {
            "strategy": measurements.seen.strategy,
            "methods": list(measurements.seen.methods),
            "notes": notes,
        },
        "rounds": measurements.rounds,
    }
