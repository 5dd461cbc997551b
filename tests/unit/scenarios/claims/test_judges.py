"""Every judge of a claim: hand-made facts on both sides of each line; the facts lie beside this file, by theme."""

from functools import partial
from pathlib import Path
from runpy import run_path

import pytest

from overlap.harness import registry
from overlap.harness.claims.facts import judged
from overlap.harness.claims.verdict import WORDS

THEMES = [run_path(str(path)) for path in sorted(Path(__file__).parent.glob("facts_of_*.py"))]
FACTS = {name: facts for theme in THEMES for name, facts in theme["FACTS"].items()}
CASES = [case for theme in THEMES for case in theme["CASES"]]


def test_every_claim_is_judged_here():
    """A claim without hand-made facts could draw its line anywhere."""
    assert set(FACTS) == set(registry.names("overlap.scenarios.claims")) == {name for name, *_ in CASES}


@pytest.mark.parametrize(("name", "case", "changed", "word"), CASES, ids=[f"{c[0][:3]} {c[1]}" for c in CASES])
def test_a_judge_draws_its_line(name, case, changed, word):
    """On each side of it another verdict, and the evidence in one line."""
    verdict = judged(registry.load("overlap.scenarios.claims", name), FACTS[name] | changed)
    assert verdict.word == word, case
    assert verdict.evidence
    assert "\n" not in verdict.evidence


@pytest.mark.parametrize("name", FACTS)
def test_a_judge_answers_whatever_is_missing(name):
    """Each fact left out, and each unknown: a verdict or none, and never an error."""
    judge = partial(judged, registry.load("overlap.scenarios.claims", name))
    for lacking in FACTS[name]:
        without = {key: fact for key, fact in FACTS[name].items() if key != lacking}
        assert judge(without).word in WORDS
        assert judge(without | {lacking: None}) == judge(without)
