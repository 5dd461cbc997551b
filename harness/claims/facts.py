"""
The facts of a claim: JSON on their way from a worker and in claims.json, and for a judge the claim's own `Facts`.

A worker writes a claim's `Facts` as JSON like any answer (`text.fast_json`); here they are read.
"""

from types import ModuleType
from typing import Any

from overlap.harness.claims.verdict import NOT_JUDGED, ClaimVerdict
from overlap.harness.store.typed import Absent, typed

JsonFacts = dict[str, Any]
"""Facts as JSON; of which type they are, only the claim's file says, which may be another version's or gone."""


def read(module: ModuleType, facts: JsonFacts) -> Any:
    """
    Return *facts* as the `Facts` of a claim's *module*; keys that it does not have are passed over.

    Raises `Absent` where one is missing or None, and `Misfit` where one is of another type.
    """
    return typed(_known(facts), module.Facts)


def judged(module: ModuleType, facts: JsonFacts) -> ClaimVerdict:
    """Return the verdict of *module*'s judge: "not judged", and why, where what it needs was not measured."""
    try:
        verdict: ClaimVerdict = module.judge(read(module, facts))
    except Absent as lacking:
        return ClaimVerdict(NOT_JUDGED, f"{lacking.name} was not measured")
    except KeyError as lacking:
        return ClaimVerdict(NOT_JUDGED, f"{lacking.args[0]} was not measured")
    except (LookupError, ZeroDivisionError) as lacking:
        return ClaimVerdict(NOT_JUDGED, f"too little was measured ({lacking!r})")
    return verdict


def _known(value: Any) -> Any:
    """Leave out what is None at any depth: what is unknown was not measured."""
    if not isinstance(value, dict):
        return value
    return {name: _known(fact) for name, fact in value.items() if fact is not None}
