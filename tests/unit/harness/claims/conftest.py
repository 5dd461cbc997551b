"""Findings and ledgers made up for whatever reads them."""

import pytest

from overlap.harness.claims.ledger import ClaimFinding, ClaimsLedger

ENVIRONMENT = {
    "python": "3.11.7",
    "packages": {"langchain-core": "1.7.2", "langchain-openai": "1.7.3", "openai": "3.52.0"},
}


@pytest.fixture
def make_finding():
    """A finding: C3, false and as on file, unless said otherwise."""

    def make(**about):
        facts = {
            "id": "C3",
            "name": "c03_input_size",
            "words": "It is so.",
            "seeds": ("S2",),
            "theme": "waiting side by side",
            "reading": ("asyncio:gather",),
            "version": "Python 3.11.7",
            "verdict": "false",
            "evidence": "it took 5 times as long",
            "recorded": "false",
            "error": None,
            "took": 1_000_000,
            "facts": {
                "pool": 6,
                "inputs": 100,
                "over": 24,
                "chain_peak": 100,
                "chain": [[1, [10]], [10, [20]], [100, [40]], [400, [90]]],
                "sleep": [[1, [10]], [400, [11]]],
                "plain": [[1, [10]], [6, [10]], [7, [20]]],
                "sleep_peak": 100,
                "plain_peak": 6,
                "cpu": 2,
                "cores": 1.0,
            },
        }
        return ClaimFinding(**facts | about)

    return make


@pytest.fixture
def make_ledger(make_finding):
    """A finished ledger of findings; of one finding unless said otherwise."""

    def make(*findings, state="finished", environment=None, name="2026-11-20T16-00-00-claims"):
        findings = findings or (make_finding(),)
        return ClaimsLedger(name, "2026-11-20T16:00:00+0000", state, environment or ENVIRONMENT, findings)

    return make
