"""The grammar of `name,key=value,key=value`, in which arrivals, limits and profiles are written."""

from collections.abc import Iterable
from math import isfinite

from overlap.harness.text.choices import quoted
from overlap.harness.text.mistakes import Mistake


def parts(words: str) -> list[str]:
    """
    Return what stands between the commas of *words*.

    >>> parts("gamma, rate=50,cv=3")
    ['gamma', 'rate=50', 'cv=3']
    """
    return [part.strip() for part in words.split(",")]


def read(option: str, words: str, pairs: Iterable[str]) -> dict[str, str]:
    """
    Return the value of each key in *pairs*, which stand in the *words* of *option*.

    Raises `Mistake` for what is no pair, and for a key that is given two values.

    >>> read("slo", "ttft=0.5, e2e = 2", parts("ttft=0.5, e2e = 2"))
    {'ttft': '0.5', 'e2e': '2'}
    """
    settings: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            where = f"{quoted(pair)} in {quoted(words)}"
            raise Mistake(f"{option}: {where} is no setting; settings are spelled key=value")
        if settings.setdefault(key, value) != value:
            raise Mistake(f"{option}: {key[:60]} has two values in {quoted(words)}")
    return settings


def number(option: str, key: str, text: str, unit: str = "") -> float:
    """
    Return *text*, the value of *key*, as a number. Raises `Mistake` for what is none, or is infinite.

    >>> number("slo", "ttft", "0.5", " of seconds")
    0.5
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Mistake(f"{option}: {key[:60]} cannot be {quoted(text)}; it is a number{unit}")
    return value
