"""Strings of the formats JSON Schema names: one of each, and whether a string is one."""

import base64
import binascii
import ipaddress
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime

_EXAMPLES = {
    "date-time": "2025-01-31T12:00:00Z",
    "date": "2025-01-31",
    "time": "12:00:00Z",
    "duration": "P1DT2H",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "hostname": "www.example.com",
    "idn-hostname": "www.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "3f2b8c1e-5d4a-4f6b-9c7d-8e0a1b2c3d4e",
    "uri": "https://example.com/waits",
    "url": "https://example.com/waits",
    "iri": "https://example.com/waits",
    "uri-reference": "/waits",
    "iri-reference": "/waits",
    "json-pointer": "/waits",
    "regex": "^a+$",
    "byte": "d2FpdHM=",
}
# Where a longer string is wanted, letters are put in before this mark, or at the end.
_GROWS_BEFORE = {"email": "@", "idn-email": "@", "hostname": ".", "idn-hostname": "."}
_GROWS = frozenset({"uri", "url", "iri", "uri-reference", "iri-reference", "json-pointer", *_GROWS_BEFORE})


def _tried(read: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            read(text)
        except (ValueError, binascii.Error):
            return False
        return True

    return check


def _like(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


_CHECKS: dict[str, Callable[[str], bool]] = {
    "date-time": _tried(lambda text: datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")),  # noqa: DTZ007 - only checked
    "date": _tried(date.fromisoformat),
    "time": _like(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
    "duration": _like(r"P(?=[\dT])(\d+[YMWD])*(T(\d+[HMS])+)?"),
    "email": _like(r"[^@\s]+@[^@\s]+"),
    "hostname": _like(r"[A-Za-z0-9.-]{1,253}"),
    "ipv4": _tried(ipaddress.IPv4Address),
    "ipv6": _tried(ipaddress.IPv6Address),
    "uuid": _tried(uuid.UUID),
    "uri": _like(r"[A-Za-z][A-Za-z0-9+.-]*:\S*"),
    "byte": _tried(lambda text: base64.b64decode(text, validate=True)),
}
_CHECKS |= {"url": _CHECKS["uri"], "iri": _CHECKS["uri"]}
_CHECKS |= {"idn-email": _CHECKS["email"], "idn-hostname": _CHECKS["hostname"]}


def can_make(name: str) -> bool:
    """Return whether a string of this format can be made; any other is a note to the reader, says the standard."""
    return name in _EXAMPLES


def make(name: str, least: int = 0) -> str:
    """
    Return a string of format *name*, of *least* characters where that format has strings of any length.

    >>> make("email"), make("email", 24)
    ('someone@example.com', 'someoneaaaaa@example.com')
    """
    text = _EXAMPLES[name]
    lacking = least - len(text)
    if lacking <= 0 or name not in _GROWS:
        return text
    mark = _GROWS_BEFORE.get(name)
    place = text.index(mark) if mark else len(text)
    return f"{text[:place]}{'a' * lacking}{text[place:]}"


def fits(name: str, text: str) -> bool:
    """Return whether *text* is of format *name*; a format without a check takes any."""
    check = _CHECKS.get(name)
    return check is None or check(text)
