"""Judges of claims about waiting side by side and batches: hand-made facts on both sides of each line."""

import pytest

from harness import registry
from harness.claims.verdict import FALSE, HOLDS, LIMIT, WORDS

FACTS = {
    "c03_input_size": {
        "pool": 6,
        "chain": [[1, 50], [10, 52], [100, 60], [400, 70]],
        "sleep": [[1, 50], [400, 60]],
        "plain": [[1, 50], [6, 50], [7, 52], [24, 55]],
    },
    "c13_three_calls": {
        "wait": 100,
        "sequence": 310,
        "gather": 105,
        "abatch": 105,
        "sleep": 101,
        "one_short": 50,
        "many_short": 60,
    },
    "c20_ten_items_at_once": {"awaiting": 9.5, "blocking": 9.0, "peak_of_100": 100},
    "c22_parallel_branches": {
        "pool": 6,
        "three_to_one": 1.02,
        "plain_to_one": 1.1,
        "peak_of_8_limited_to_2": 2,
    },
    "c25_sync_concurrency_is_limited": {"inputs": 20, "pool": 6, "batch": 6, "batch_sized": 6, "abatch": 20},
    "c26_one_worker_scales": {
        "wait": 50_000_000,
        "widths": [[1, 52_000_000], [8, 53_000_000], [32, 55_000_000], [128, 60_000_000]],
        "peak": 128,
    },
    "c34_gather_keeps_order": {"peak": 3, "ended": [2, 1, 0], "answered": [0, 1, 2]},
    "c52_mixing_blocking_io": {"awaiting": 1.05, "blocking": 5.0},
    "c06_one_request_for_a_batch": {
        "chat": {"inputs": 3, "requests": 1, "peak": 1},
        "chain": {"inputs": 24, "requests": 2, "peak": 2},
        "completions": {"inputs": 45, "requests": 3, "peak": 1},
    },
    "c07_abatch_saves_over_gather": {
        "requests_expected": 100,
        "requests": 10,
        "cpu_ratio": 0.5,
        "completions_abatch": 300,
        "completions_gather": 150,
    },
    "c19_abatch_throughput": {"sequence": 1600, "batch": 300, "batch_sized": 210, "gather": 200, "abatch": 100},
    "c23_sequence_in_order": {
        "inputs": 8,
        "slow": 80,
        "stall": 2,
        "in_order": True,
        "gather_early": 7,
        "abatch_early": 7,
    },
    "c36_depends_on_the_service": {
        "inputs": 20,
        "chat": {"abatch": 20, "gather": 20},
        "completions": {"abatch": 1, "gather": 20},
    },
    "c50_abatch_keeps_order": {"answered": [0, 1, 2], "ended": [2, 0, 1]},
}
CASES = [
    ("c03_input_size", "four hundred take as long as one", {}, HOLDS),
    ("c03_input_size", "four hundred take longer", {"chain": [[1, 50], [10, 52], [100, 60], [400, 90]]}, LIMIT),
    ("c03_input_size", "one more plain call than threads", {"plain": [[1, 50], [6, 50], [7, 100]]}, LIMIT),
    ("c03_input_size", "a hundred take longer", {"chain": [[1, 50], [10, 52], [100, 80], [400, 300]]}, FALSE),
    ("c13_three_calls", "a hundred take as long as one", {}, HOLDS),
    ("c13_three_calls", "a hundred take twice as long as one", {"many_short": 100}, LIMIT),
    ("c13_three_calls", "the three do not overlap", {"gather": 300}, FALSE),
    ("c20_ten_items_at_once", "whatever the items do", {}, HOLDS),
    ("c20_ten_items_at_once", "not if they block", {"blocking": 1.0}, LIMIT),
    ("c20_ten_items_at_once", "not even if they await", {"awaiting": 1.1, "blocking": 1.0}, FALSE),
    ("c22_parallel_branches", "whatever the branches are", {}, HOLDS),
    ("c22_parallel_branches", "plain ones queue", {"plain_to_one": 2.0}, LIMIT),
    ("c22_parallel_branches", "the limit is not kept", {"peak_of_8_limited_to_2": 8}, LIMIT),
    ("c22_parallel_branches", "one after the other", {"three_to_one": 3.0}, FALSE),
    ("c25_sync_concurrency_is_limited", "however many threads", {}, HOLDS),
    ("c25_sync_concurrency_is_limited", "threads can be had", {"batch_sized": 20}, LIMIT),
    ("c25_sync_concurrency_is_limited", "as high by default", {"batch": 20}, FALSE),
    ("c26_one_worker_scales", "waiting is all there is", {}, HOLDS),
    (
        "c26_one_worker_scales",
        "most of the time is work",
        {"widths": [[1, 52_000_000], [8, 60_000_000], [32, 110_000_000], [128, 400_000_000]]},
        LIMIT,
    ),
    ("c26_one_worker_scales", "few are open at once", {"peak": 6}, FALSE),
    ("c34_gather_keeps_order", "answered in order though ended in another", {}, HOLDS),
    ("c34_gather_keeps_order", "ended in that order anyway", {"ended": [0, 1, 2]}, LIMIT),
    ("c34_gather_keeps_order", "answered as they ended", {"answered": [2, 1, 0]}, FALSE),
    ("c52_mixing_blocking_io", "awaiting overlaps, blocking does not", {}, HOLDS),
    ("c52_mixing_blocking_io", "blocking overlaps too", {"blocking": 1.0}, LIMIT),
    ("c52_mixing_blocking_io", "nothing overlaps", {"awaiting": 5.0}, FALSE),
    ("c06_one_request_for_a_batch", "every batch is merged", {}, HOLDS),
    ("c06_one_request_for_a_batch", "a chain's is not", {"chain": {"inputs": 9, "requests": 9, "peak": 9}}, LIMIT),
    (
        "c06_one_request_for_a_batch",
        "no chat model's is",
        {"chat": {"inputs": 3, "requests": 3, "peak": 3}, "chain": {"inputs": 9, "requests": 9, "peak": 9}},
        FALSE,
    ),
    ("c07_abatch_saves_over_gather", "fewer requests and less CPU", {}, HOLDS),
    ("c07_abatch_saves_over_gather", "less CPU only", {"requests": 100}, LIMIT),
    ("c07_abatch_saves_over_gather", "neither", {"requests": 100, "cpu_ratio": 0.97}, FALSE),
    ("c19_abatch_throughput", "twice as fast as all others", {}, HOLDS),
    ("c19_abatch_throughput", "gather is as fast", {"gather": 101}, LIMIT),
    ("c19_abatch_throughput", "enough threads are as fast", {"batch_sized": 110}, LIMIT),
    ("c19_abatch_throughput", "no faster than one by one", {"abatch": 1500}, FALSE),
    ("c23_sequence_in_order", "nobody waits for the slow one", {}, HOLDS),
    ("c23_sequence_in_order", "all wait for the slow one", {"abatch_early": 0}, LIMIT),
    ("c23_sequence_in_order", "the loop stands still", {"stall": 80}, FALSE),
    ("c23_sequence_in_order", "the steps are out of order", {"in_order": False}, FALSE),
    ("c36_depends_on_the_service", "one service gains, one does not", {}, HOLDS),
    ("c36_depends_on_the_service", "none gains", {"completions": {"abatch": 20, "gather": 20}}, FALSE),
    ("c36_depends_on_the_service", "both gain alike", {"chat": {"abatch": 1, "gather": 20}}, FALSE),
    ("c50_abatch_keeps_order", "answered in order though ended in another", {}, HOLDS),
    ("c50_abatch_keeps_order", "ended in that order anyway", {"ended": [0, 1, 2]}, LIMIT),
    ("c50_abatch_keeps_order", "answered as they ended", {"answered": [2, 0, 1]}, FALSE),
]


@pytest.mark.parametrize(("name", "case", "changed", "word"), CASES, ids=[f"{c[0][:3]} {c[1]}" for c in CASES])
def test_a_judge_draws_its_line(name, case, changed, word):
    """On each side of it another verdict, and the evidence in one line."""
    verdict = registry.load("scenarios.claims", name).judge(FACTS[name] | changed)
    assert verdict.word == word, case
    assert verdict.evidence
    assert "\n" not in verdict.evidence


@pytest.mark.parametrize("name", FACTS)
def test_a_judge_answers_whatever_is_missing(name):
    """Each fact left out, and each unknown: a verdict or none, and never an error."""
    judge = registry.load("scenarios.claims", name).judge
    for lacking in FACTS[name]:
        without = {key: fact for key, fact in FACTS[name].items() if key != lacking}
        assert judge(without).word in WORDS
        assert judge(without | {lacking: None}) == judge(without)
