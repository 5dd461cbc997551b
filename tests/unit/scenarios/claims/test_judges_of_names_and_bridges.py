"""Judges of claims about names, components, and sync and async together: facts on both sides of each line."""

import pytest

from harness import registry
from harness.claims.verdict import FALSE, HOLDS, LIMIT, WORDS

OK, TYPE = "ok", "TypeError"
RIGHT = {"method": "ainvoke", "came": OK, "hops": 0}
CALLED = ["first.ainvoke", "first ended", "second.ainvoke", "second ended", "third.ainvoke", "third ended"]
FACTS = {
    "c01_async_in_sync_chain": {"outcomes": {"invoke": OK, "batch": OK}, "both": OK},
    "c02_bridge_both_ways": {"asynchronous": {"ainvoke": OK}, "synchronous": {"invoke": OK}},
    "c05_prompt_templates": {"calls": {"ainvoke": TYPE}, "hops": 0, "same": True, "image_hops": 1},
    "c12_acall": {
        "objects": ["ChatOpenAI", "OpenAI"],
        "had": {"ChatOpenAI": ["acall"], "OpenAI": ["acall"]},
        "files": 200,
        "defined": ["acall"],
    },
    "c16_components_support_async": {"components": {"prompt": RIGHT, "tool": RIGHT}},
    "c27_models_are_async": {
        "inputs": 18,
        "pool": 6,
        "native_peak": 18,
        "own_peak": 18,
        "own_hops_per_chunk": 0.0,
    },
    "c28_seamless_with_lcel": {"main": {"ainvoke": OK}, "seams": {"one": False, "other": False}},
    "c29_atransform_documents": {"came": OK, "hops": 0, "same": True},
    "c31_naming": {
        "methods": ["invoke", "batch", "stream"],
        "twins": ["invoke", "batch", "stream"],
        "same": {"invoke": True, "batch": True, "stream": True},
    },
    "c32_same_chain": {"came": {"invoke": OK, "ainvoke": OK}, "unchanged": True},
    "c33_ainvoke_calls_each_ainvoke": {"seen": CALLED, "tasks": 11},
    "c42_forgotten_await": {"came": "coroutine", "requests": 0, "warned": ["never awaited"]},
    "c45_async_lambda_awaits": {"answer": 42, "hops": 0, "on_loop": True, "cpu": 100, "cpu_bare": 1},
    "c49_printed_outputs": {
        "lambda": "ASYNC EXECUTION",
        "sequence": "async pipeline",
        "parallel": {"upper": "ASYNC PARALLEL", "length": 14},
    },
}
CASES = [
    ("c01_async_in_sync_chain", "by every method", {}, HOLDS),
    ("c01_async_in_sync_chain", "by some", {"outcomes": {"invoke": OK, "batch": TYPE}}, LIMIT),
    ("c01_async_in_sync_chain", "by none", {"outcomes": {"invoke": TYPE, "batch": TYPE}}, FALSE),
    ("c02_bridge_both_ways", "both ways", {}, HOLDS),
    ("c02_bridge_both_ways", "one way", {"synchronous": {"invoke": TYPE}}, FALSE),
    ("c05_prompt_templates", "async methods fail", {}, HOLDS),
    ("c05_prompt_templates", "async methods are threads", {"calls": {"ainvoke": OK}, "hops": 1}, LIMIT),
    ("c05_prompt_templates", "async methods are native", {"calls": {"ainvoke": OK}}, FALSE),
    ("c12_acall", "every model has it", {}, HOLDS),
    ("c12_acall", "one has it", {"had": {"ChatOpenAI": [], "OpenAI": ["acall"]}}, LIMIT),
    ("c12_acall", "only something else has it", {"had": {"ChatOpenAI": [], "OpenAI": []}}, LIMIT),
    ("c12_acall", "nothing has it", {"had": {"ChatOpenAI": [], "OpenAI": []}, "defined": ["predict"]}, FALSE),
    ("c16_components_support_async", "natively", {}, HOLDS),
    ("c16_components_support_async", "in threads", {"components": {"tool": RIGHT | {"hops": 1}}}, LIMIT),
    ("c16_components_support_async", "not at all", {"components": {"tool": RIGHT | {"came": TYPE}}}, FALSE),
    ("c27_models_are_async", "one's own as well", {}, HOLDS),
    ("c27_models_are_async", "one's own in threads", {"own_peak": 6}, LIMIT),
    ("c27_models_are_async", "all in threads", {"native_peak": 6}, FALSE),
    ("c28_seamless_with_lcel", "no seam shows", {}, HOLDS),
    ("c28_seamless_with_lcel", "a seam shows", {"seams": {"one": True, "other": False}}, LIMIT),
    ("c28_seamless_with_lcel", "a method fails", {"main": {"ainvoke": TYPE}}, FALSE),
    ("c29_atransform_documents", "natively", {}, HOLDS),
    ("c29_atransform_documents", "in a thread", {"hops": 1}, LIMIT),
    ("c29_atransform_documents", "it is not there", {"came": "AttributeError"}, FALSE),
    ("c31_naming", "all three", {}, HOLDS),
    ("c31_naming", "one is missing", {"twins": ["invoke", "batch"]}, LIMIT),
    ("c31_naming", "none is there", {"twins": []}, FALSE),
    ("c32_same_chain", "one object serves all", {}, HOLDS),
    ("c32_same_chain", "one method fails", {"came": {"invoke": OK, "ainvoke": TYPE}}, FALSE),
    ("c32_same_chain", "the object is another afterwards", {"unchanged": False}, FALSE),
    ("c33_ainvoke_calls_each_ainvoke", "one after the other", {}, HOLDS),
    ("c33_ainvoke_calls_each_ainvoke", "all at once", {"seen": sorted(CALLED)}, LIMIT),
    ("c33_ainvoke_calls_each_ainvoke", "by invoke", {"seen": ["first.invoke", "second.invoke"]}, FALSE),
    ("c42_forgotten_await", "nothing is sent", {}, HOLDS),
    ("c42_forgotten_await", "something is sent", {"requests": 1}, LIMIT),
    ("c42_forgotten_await", "there is an answer", {"came": "AIMessage", "requests": 1}, FALSE),
    ("c45_async_lambda_awaits", "on the loop", {}, HOLDS),
    ("c45_async_lambda_awaits", "in a thread", {"hops": 1, "on_loop": False}, LIMIT),
    ("c45_async_lambda_awaits", "the answer is wrong", {"answer": 0}, FALSE),
    ("c49_printed_outputs", "all as shown", {}, HOLDS),
    ("c49_printed_outputs", "one is another", {"lambda": "async execution"}, LIMIT),
    ("c49_printed_outputs", "all are others", {"lambda": "a", "sequence": "b", "parallel": {"upper": "c"}}, FALSE),
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
