"""Symptoms of the unchanged run that no intervention explains: a sentence each, computed from the observation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from overlap.harness.diagnose.interventions.off_the_loop import held, share, where
from overlap.harness.diagnose.observation import Observation
from overlap.harness.model.record import Call
from overlap.harness.report.figures import count


@dataclass(frozen=True, slots=True)
class Symptom:
    """
    Something seen, in a sentence with advice, and the interventions that would explain it.

    `wrong`: it is a fault, shown or not: an answer that names no cause must say it.
    """

    text: str
    explained_by: tuple[str, ...] = ()
    wrong: bool = False


def symptoms(seen: Observation, named: set[str]) -> list[Symptom]:
    """Return what was seen, without what the interventions that are *named* as saving something explain."""
    detected = (symptom for look in LOOKS for symptom in look(seen))
    return [each for each in detected if not named & set(each.explained_by)]


def _held(seen: Observation) -> Iterator[Symptom]:
    for note in held(seen):
        yield Symptom(
            f"The event loop was held {share(note, seen) * 100:.0f} % of the time at {where(note)}: what blocks "
            "or computes there keeps every other call waiting. What waits can go to a thread; what computes needs "
            "a process, or less work.",
            ("off_the_loop", "one_client"),
            wrong=True,
        )


def _few_in_flight(seen: Observation) -> Iterator[Symptom]:
    wanted = min(seen.concurrency, len(seen.counted))
    if seen.slot.peak is not None and seen.slot.peak <= wanted / 2 and wanted > 1:
        yield Symptom(
            f"The server never saw more than {count(seen.slot.peak, 'request')} in flight, where {wanted} calls "
            "were made at once: something keeps the application's calls from running at the same time.",
            (
                "semaphore",
                "connection_limit",
                "off_the_loop",
                "executor",
                "rate_limiter",
                "one_client",
                "callbacks",
            ),
            wrong=True,
        )


def _waves(seen: Observation) -> Iterator[Symptom]:
    """Look for calls whose second requests all wait for the last of their first ones, however long that takes."""
    if sum(1 for call in seen.counted if _barrier(call)) * 2 > len(seen.counted):
        yield Symptom(
            "Within a call the second requests begin only when all the first ones have ended: chain the two steps "
            "for each input (`ainvoke` of the whole chain), and gather those.",
            ("barrier",),
        )


def _barrier(call: Call) -> bool:
    entries = sorted(call.served, key=lambda entry: entry.received)
    half = len(entries) // 2
    if half < 2 or len(entries) % 2:
        return False
    ends = [entry.received + entry.finished for entry in entries[:half]]
    begun = [entry.received for entry in entries[half:]]
    # Ends that lie close together are no wait worth telling.
    spread = max(ends) - min(ends)
    return min(begun) >= max(ends) and spread > 0.2 * (max(ends) - entries[0].received)


def _saturated(seen: Observation) -> Iterator[Symptom]:
    cpu = seen.slot.cpu
    if cpu is not None and cpu > 0.9 * seen.span:
        yield Symptom(
            f"The process used {cpu / seen.span * 100:.0f} % of a core: at this concurrency the client "
            "is the bottleneck, and more of it needs more processes."
        )


def _failed(seen: Observation) -> Iterator[Symptom]:
    errors = [call.error for call in seen.counted if call.error]
    if errors:
        kinds = ", ".join(sorted(set(errors)))
        yield Symptom(
            f"{len(errors)} of {len(seen.counted)} calls failed in the watched slot ({kinds}).", ("retries",)
        )


LOOKS: tuple[Callable[[Observation], Iterator[Symptom]], ...] = (
    _held,
    _few_in_flight,
    _waves,
    _saturated,
    _failed,
)
