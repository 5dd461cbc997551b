"""Which claims there are, and how they are asked for."""

import pytest

from overlap.harness.claims.catalogue import claims
from overlap.harness.text.mistakes import Mistake


def test_all_claims_come_in_the_order_of_their_numbers():
    """As in the ledger; the third is C3, not C30."""
    numbers = [int(claim.id[1:]) for claim in claims()]
    assert numbers == sorted(numbers)
    assert numbers[2] == 3


@pytest.mark.parametrize("word", ["C3", "c3", "3", "03", "c03", "c03_input_size"])
def test_a_claim_is_found_however_its_number_is_spelled(word):
    """As in the ledger, as in a file's name, or bare."""
    assert [claim.name for claim in claims([word])] == ["c03_input_size"]


def test_claims_that_are_named_twice_or_out_of_order_come_once_and_in_order():
    """What is measured is a set."""
    assert [claim.id for claim in claims(["c3", "C1", "3"])] == ["C1", "C3"]


@pytest.mark.parametrize("word", ["C99", "c0", "three", ""])
def test_an_unknown_claim_is_a_mistake_that_says_what_there_is(word):
    """In one line."""
    with pytest.raises(Mistake, match=r"there are C1 to C\d+") as caught:
        claims([word])
    assert "\n" not in str(caught.value)


def test_a_claim_is_measured_on_the_package_that_decides_it():
    """The first reading says which: LangChain, the standard library, a web framework."""
    versions = {claim.id: claim.version.split()[0] for claim in claims(["3", "34", "10"])}
    assert versions == {"C3": "langchain-core", "C34": "Python", "C10": "starlette"}
