"""Which request gets which fault: rules as `cut,after=10,rate=0.1`, tried in the order they were given."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from overlap.mock_server.options import registry, settings
from overlap.mock_server.options.permits import CLIENT, Permits, parsed
from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.timing.schedule import of_any_round

FOLDER = "overlap.mock_server.faults"


class RequestFacts(NamedTuple):
    """What a rule may ask about a request: its key for draws, its number from 1, tag, attempt and model."""

    key: str
    number: int
    tag: str | None
    attempt: int | None
    model: str


@dataclass(frozen=True, slots=True)
class When:
    """When a rule applies: all of what is said must hold; nothing said holds always."""

    rate: float = 1.0
    nth: int = 0
    every: int = 0
    tag: str = ""
    attempt: int = -1
    model: str = ""


WHEN = When()


@dataclass(frozen=True, slots=True)
class FaultRule:
    """
    A fault, its settings, and when it applies.

    `refuses` tells a fault that answers an error and a delay from one that changes a plan.
    """

    words: str
    call: Callable[..., Any]
    refuses: bool
    settings: dict[str, Any]
    when: When

    def applies(self, facts: RequestFacts, seed: int) -> bool:
        """Return whether the request with these facts gets this fault; draws depend on nothing but them."""
        when = self.when
        if when.nth and facts.number != when.nth:
            return False
        if when.every and facts.number % when.every:
            return False
        if when.tag and when.tag not in {facts.tag, of_any_round(facts.tag or "")}:
            return False
        if when.attempt >= 0 and (facts.attempt or 0) != when.attempt:
            return False
        if when.model and facts.model != when.model:
            return False
        return when.rate >= 1.0 or _drawn(f"{seed}:{facts.key}:{facts.attempt}:{self.words}") < when.rate


def _drawn(key: str) -> float:
    """Return a number from 0 to below 1 that belongs to *key*."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) / 2**64


def rule(words: str, permits: Permits = CLIENT) -> FaultRule:
    """
    Return the rule *words* spell: a fault's name, its settings, and when: rate, nth, every, tag, attempt, model.

    Raises `settings.BadSetting` for what is not there or, by *permits*, may not be chosen.

    >>> rule("cut,after=3,nth=2").when.nth
    2
    """
    name, pairs = parsed(words)
    when: dict[str, Any] = {}
    own = [name]
    for pair in pairs:
        key, _, text = pair.partition("=")
        if key in When.__slots__:
            when[key] = settings.value(f"{name},{key}", text, getattr(WHEN, key))
        else:
            own.append(pair)
    if when.get("rate", 0.0) > 1.0:
        raise BadSetting(f"{name},rate={when['rate']:g}: must be from 0 to 1")
    try:
        refuses = hasattr(registry.load(FOLDER, name, permits), "refuse")
    except LookupError as unknown:
        raise BadSetting(unknown) from None
    function, given = ("refuse", 0) if refuses else ("change", 1)
    fault = settings.chosen(FOLDER, ",".join(own), function, given, permits=permits)
    if refuses:
        settings.tried(words, lambda: fault.function(**fault.settings))
    return FaultRule(words, fault.function, refuses, fault.settings, When(**when))


def first(rules: Sequence[FaultRule], facts: RequestFacts, seed: int) -> FaultRule | None:
    """Return the first rule that applies, or None."""
    return next((one for one in rules if one.applies(facts, seed)), None)
