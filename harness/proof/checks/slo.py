"""`overlap slo` names a rate that the service can hold: at most 3 % above the truth, at most 10 % below."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from overlap.harness.bench.slo_run import ROUNDS, SloQuestion, paced, question_of
from overlap.harness.bench.slo_search import Bounds, Bracket, RateTrial, search
from overlap.harness.model import arrivals_spec
from overlap.harness.model.config import config_from
from overlap.harness.model.slo_verdict import SlotFigures, figures, hopeless, kept_briefly, verdict
from overlap.harness.proof.row import ProofRow

Times = NDArray[np.float64]

# Places and seconds a call: 100 to 500 calls a second, so that slots have calls enough for either share.
SERVICES = ((1, 0.01), (4, 0.04), (8, 0.04), (32, 0.32), (64, 0.2), (100, 1.0), (100, 0.2))
LIMITS = (0.5, 1.0, 2.0, 5.0)
SHARES = (0.95, 0.99)
SEARCHES = 200
TRUTH_CALLS = 300_000


def latencies(due: Times, places: int, seconds: float) -> Times:
    """
    Return each call's latency in seconds at a first-come-first-served service with so many *places*.

    Where every call takes as long, each place gets every n-th call, and waits by the recursion of D. V. Lindley,
    Proceedings of the Cambridge Philosophical Society 48 (1952) 277.
    """
    padded = np.concatenate([due, np.full(-len(due) % places, due[-1])]).reshape(-1, places)
    work = np.arange(len(padded))[:, None] * seconds
    begun = np.maximum.accumulate(padded - work, axis=0) + work
    return np.asarray(begun.reshape(-1)[: len(due)] + seconds - due)


def truth(places: int, seconds: float, limit: float, share: float) -> float:
    """Return the highest rate at which *share* of very many calls keep *limit*, by bisection."""
    gaps = np.random.default_rng(11).exponential(1, TRUTH_CALLS)
    pattern = np.cumsum(gaps) * (TRUTH_CALLS / gaps.sum())
    low, high = 0.01 * places / seconds, places / seconds
    for _ in range(14):
        rate = float(np.sqrt(low * high))
        kept = latencies(pattern / rate, places, seconds)[TRUTH_CALLS // 10 :] <= limit
        low, high = (rate, high) if kept.mean() >= share else (low, rate)
    return low


class Simulated:
    """A search as `overlap slo` makes it, of a service in virtual time."""

    def __init__(self, places: int, seconds: float, question: SloQuestion, seed: int) -> None:
        self._service, self._question, self._seed = (places, seconds), question, seed
        self.seconds = 0.0

    def bracket(self) -> Bracket:
        """Search to the end and return the bracket."""
        trials = search(self._question.bounds)
        trial = next(trials)
        try:
            while True:
                trial = trials.send(self._held(trial))
        except StopIteration as end:
            result: Bracket = end.value
            return result

    def _held(self, trial: RateTrial) -> bool:
        share = self._question.share
        if not trial.long:
            return kept_briefly(self._slot(trial, 0), share)
        slots: list[SlotFigures] = []
        for number in range(ROUNDS):
            slots.append(self._slot(trial, number))
            if hopeless(slots, ROUNDS, share):
                return False
        return verdict(slots, share).held

    def _slot(self, trial: RateTrial, number: int) -> SlotFigures:
        calls, seed = self._question.wanted(trial), self._seed + number
        arrivals = paced(self._question.words, seed, trial.rate, calls)
        due = np.fromiter(islice(arrivals.due_times(seed), calls), np.float64, calls) / 1e9
        durations = latencies(due, *self._service)
        self.seconds += float(due[-1])
        limit = self._question.slo.limits["e2e"] / 1e9
        waits = zip((due * 1e9).tolist(), (durations * 1e9).tolist(), (durations <= limit).tolist(), strict=True)
        return figures(trial.rate, [(int(at), int(wait), kept) for at, wait, kept in waits])


def rows() -> Iterator[ProofRow]:
    """Yield a row for each share, of searches over all services and limits, and how long a search takes."""
    arrivals_spec.read("poisson", rate=1)
    kinds = [(*service, limit, share) for service in SERVICES for limit in LIMITS for share in SHARES]
    kinds = [kind for kind in kinds if kind[1] < kind[2]]
    truths = {kind: truth(*kind) for kind in kinds}
    off: dict[float, list[float]] = {share: [] for share in SHARES}
    durations: list[float] = []
    for number in range(SEARCHES):
        kind = kinds[number % len(kinds)]
        places, seconds, limit, share = kind
        question = question_of(config_from({"slo": f"e2e={limit}"}), share, Bounds())
        search_ = Simulated(places, seconds, question, 1000 * number)
        held = search_.bracket().held
        off[share].append((held or 0.0) / truths[kind] - 1)
        durations.append(search_.seconds)
    for share, each in off.items():
        yield ProofRow(
            f"highest rate held, share {share:g}",
            f"{len(each)} searches of first-come-first-served services: "
            f"{len(SERVICES)} of 1 to 100 places, limits of {LIMITS[0]:g} to {LIMITS[-1]:g} s",
            "-10 % to +3 % of what can be held",
            f"{min(each):+.1%} to {max(each):+.1%}, median {np.median(each):+.1%}; "
            f"{np.mean(durations) / 60:.0f} min of slots a search",
            min(each) >= -0.10 and max(each) <= 0.03,
        )
