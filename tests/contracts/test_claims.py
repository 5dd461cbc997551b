"""The contract of every claim: what is claimed, by whom, what decides it, and a judge that always answers."""

import subprocess
import sys
from functools import reduce
from importlib import import_module
from typing import get_type_hints

import pytest

from overlap.harness import registry
from overlap.harness.claims import catalogue, ledger
from overlap.harness.claims.facts import judged
from overlap.harness.claims.verdict import NOT_JUDGED, WORDS

pytestmark = pytest.mark.langchain

NAMES = registry.names(catalogue.FOLDER)
PACKAGE = import_module(catalogue.FOLDER)


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_is_a_sentence_of_one_line(name):
    """The first line of its docstring is what is claimed, stated and not asked, and fits a table."""
    words = registry.help_text(catalogue.FOLDER, name)
    assert words.endswith(".")
    assert len(words) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_says_where_it_is_from_and_what_it_is_about(name):
    """Its seeds and its theme are among those of the ledger, or no report would show it."""
    claim = catalogue.claim(name)
    assert claim.seeds
    assert set(claim.seeds) <= set(PACKAGE.SEEDS)
    assert claim.theme in PACKAGE.THEMES
    assert claim.version.split()[-1][0].isdigit()


@pytest.mark.parametrize("name", NAMES)
def test_what_decides_a_claim_is_there_to_be_read(name):
    """Every reading names something that the installed versions have."""
    for reading in catalogue.claim(name).reading:
        module, _, attributes = reading.partition(":")
        assert reduce(getattr, attributes.split("."), import_module(module)) is not None


@pytest.mark.parametrize("name", NAMES)
def test_what_a_claim_measures_is_what_it_judges_and_draws(name):
    """Its own `Facts`, so that what is on file can be read, judged and drawn again."""
    module = catalogue.claim(name).module
    assert get_type_hints(module.measure)["return"] == module.Facts
    for reader in (module.judge, getattr(module, "charts", module.judge)):
        assert get_type_hints(reader)["facts"] == module.Facts


@pytest.mark.parametrize("name", NAMES)
def test_a_judge_without_facts_says_not_judged(name):
    """A claim is never held for true or false because nothing is known."""
    verdict = judged(catalogue.claim(name).module, {})
    assert verdict.word == NOT_JUDGED
    assert verdict.evidence


def test_every_claim_has_a_number_of_its_own():
    """The numbers are those of the ledger, without a gap."""
    assert sorted(int(catalogue.number(name)[1:]) for name in NAMES) == list(range(1, len(NAMES) + 1))


def test_every_claim_has_a_verdict_on_file_and_nothing_else_has():
    """Or a changed verdict would go unnoticed."""
    recorded = ledger.recorded()
    assert set(recorded) == {catalogue.number(name) for name in NAMES}
    assert set(recorded.values()) <= set(WORDS) - {NOT_JUDGED}


def test_reading_the_claims_imports_no_framework():
    """The parent reads and judges them; LangChain is imported by the worker that measures."""
    code = (
        "import sys; from overlap.harness.claims.catalogue import claims; claims(); "
        "sys.exit(' '.join({'langchain_core', 'openai', 'fastapi', 'matplotlib'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
