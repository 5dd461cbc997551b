"""Judges of claims about threads, CPU, errors and limits: hand-made facts on both sides of each line."""

import pytest

from harness import registry
from harness.claims.verdict import FALSE, HOLDS, LIMIT, WORDS

FACTS = {
    "c04_true_parallelism": {"computing": [100, 101], "waiting": [100, 101], "threads": 4, "cores": 3.9},
    "c08_cpu_work_in_a_thread": {
        "on_loop": False,
        "one": 50,
        "four": 55,
        "stall": 1,
        "alone": 20,
        "beside": 22,
        "pool": 6,
    },
    "c14_sync_step_in_a_thread": {
        "inputs": 18,
        "hops": 18,
        "pool": 6,
        "peak": 18,
        "on_loop": False,
        "cpu_plain": 300,
        "cpu_async": 100,
    },
    "c15_native_async_is_enough": {
        "hops_per_call": 0.0,
        "hops_per_chunk": 0.0,
        "inputs": 16,
        "pool": 6,
        "peak": 16,
    },
    "c21_sync_function_does_not_block": {
        "block": 300,
        "stall": 2,
        "returned": 1,
        "ended_at_return": 1,
        "ended_later": 1,
    },
    "c24_run_in_executor_overhead": {
        "direct": 0.1,
        "hop": 1000,
        "chain_call": 2000,
        "pool": 6,
        "inputs": 18,
        "peak": 18,
    },
    "c44_avoid_for_cpu_work": {
        "work": 40,
        "one_by_one": 160,
        "abatch": 161,
        "cores": 1.0,
        "stall": 160,
        "cpu_async": 2,
        "cpu_sync": 1,
    },
    "c46_async_def_for_network": {
        "inputs": 18,
        "async": {"took": 40, "peak": 18, "threads": 1},
        "plain": {"took": 120, "peak": 6, "threads": 6},
    },
    "c48_wasted_cpu": {"wait": 300, "cpu_waiting": 290, "cpu_at_once": 2, "wall": 302},
    "c09_gather_cancels": {
        "plain": ["cancelled", "cancelled"],
        "return_exceptions": ["finished", "finished"],
        "task_group": ["cancelled", "cancelled"],
        "abatch": {"raised": "Error", "left_open": 2, "answered": 2},
    },
    "c37_return_exceptions": {
        "gather": [False, True, False],
        "abatch": [False, True, False],
        "completions": [True, False],
    },
    "c38_semaphore": {"semaphore": 4, "max_concurrency": 4, "unlimited": 20},
}
KEPT = ["finished", "finished"]
CASES = [
    ("c04_true_parallelism", "four that compute take no longer than one", {}, HOLDS),
    ("c04_true_parallelism", "two cores for four", {"computing": [100, 200], "cores": 1.9}, LIMIT),
    ("c04_true_parallelism", "four times as long", {"computing": [100, 400], "threads": 1, "cores": 1.0}, FALSE),
    ("c08_cpu_work_in_a_thread", "nobody notices", {}, HOLDS),
    ("c08_cpu_work_in_a_thread", "no faster, but nobody notices", {"four": 200}, LIMIT),
    ("c08_cpu_work_in_a_thread", "other calls are held up", {"beside": 300}, FALSE),
    ("c08_cpu_work_in_a_thread", "it runs on the loop", {"on_loop": True}, FALSE),
    ("c14_sync_step_in_a_thread", "as many threads as calls", {}, HOLDS),
    ("c14_sync_step_in_a_thread", "no more than the pool has", {"peak": 6}, LIMIT),
    ("c14_sync_step_in_a_thread", "it runs on the loop", {"on_loop": True}, FALSE),
    ("c15_native_async_is_enough", "no thread at all", {}, HOLDS),
    ("c15_native_async_is_enough", "two trips a call", {"hops_per_call": 2.0}, LIMIT),
    ("c15_native_async_is_enough", "a trip a chunk", {"hops_per_chunk": 1.0}, LIMIT),
    ("c15_native_async_is_enough", "the calls themselves are in threads", {"peak": 6}, FALSE),
    ("c21_sync_function_does_not_block", "and can be cancelled", {}, HOLDS),
    ("c21_sync_function_does_not_block", "and runs on when cancelled", {"ended_at_return": 0}, LIMIT),
    ("c21_sync_function_does_not_block", "the loop stands still", {"stall": 290}, FALSE),
    ("c24_run_in_executor_overhead", "half of what a call costs", {}, HOLDS),
    ("c24_run_in_executor_overhead", "little of what a call costs", {"hop": 80}, LIMIT),
    ("c24_run_in_executor_overhead", "the pool bounds it", {"peak": 6}, LIMIT),
    ("c24_run_in_executor_overhead", "no more than a plain call", {"hop": 0.2}, FALSE),
    ("c44_avoid_for_cpu_work", "no faster, and the loop stands still", {}, HOLDS),
    ("c44_avoid_for_cpu_work", "no faster, but the loop goes on", {"stall": 1}, LIMIT),
    ("c44_avoid_for_cpu_work", "two cores are busy", {"abatch": 80, "cores": 1.9}, FALSE),
    ("c46_async_def_for_network", "three times as fast", {}, HOLDS),
    ("c46_async_def_for_network", "a little faster", {"plain": {"took": 44, "peak": 18, "threads": 18}}, LIMIT),
    ("c46_async_def_for_network", "slower", {"plain": {"took": 30, "peak": 18, "threads": 18}}, FALSE),
    ("c48_wasted_cpu", "as much CPU as waiting", {}, HOLDS),
    ("c48_wasted_cpu", "some", {"cpu_waiting": 90}, LIMIT),
    ("c48_wasted_cpu", "next to none", {"cpu_waiting": 3}, FALSE),
    ("c48_wasted_cpu", "less than a call without a wait", {"cpu_waiting": 1}, FALSE),
    ("c09_gather_cancels", "in one of its modes", {}, HOLDS),
    ("c09_gather_cancels", "in neither", {"plain": KEPT}, FALSE),
    ("c37_return_exceptions", "the failed one alone", {}, HOLDS),
    ("c37_return_exceptions", "under gather only", {"abatch": [True, True, True]}, LIMIT),
    ("c37_return_exceptions", "never", {"abatch": [True] * 3, "gather": [False] * 3}, FALSE),
    ("c38_semaphore", "no more than its number", {}, HOLDS),
    ("c38_semaphore", "no more would have been anyway", {"unlimited": 4}, LIMIT),
    ("c38_semaphore", "one more than its number", {"semaphore": 5}, FALSE),
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
