"""What a single request chooses for itself, by header (`x-overlap-profile`) or in its body (`"overlap": {…}`)."""

import orjson

from overlap.mock_server.behaviour.behaviour import KEYS
from overlap.mock_server.http.request import Request
from overlap.mock_server.wire.common import errors

FIELD = "overlap"
ALL = (*KEYS, "fault")
_MARK = f'"{FIELD}"'.encode()
_HEADERS = {f"x-overlap-{name}".encode(): name for name in ALL}


LONGEST = 1_000
"""The most characters that one of them may have."""


def choices(request: Request) -> dict[str, str]:
    """Return what *request* chooses, by name; the body wins over headers. Raises `Refused` for an unknown name."""
    chosen: dict[str, str] = {}
    if not request.headers.keys().isdisjoint(_HEADERS):
        there = request.headers
        chosen = {_HEADERS[name]: there[name].decode("utf-8", "replace") for name in _HEADERS if name in there}
    if _MARK in request.body:
        chosen |= _in_body(request.body)
    for name, words in chosen.items():
        if len(words) > LONGEST:
            raise errors.bad_request(f"{FIELD}.{name}: longer than {LONGEST} characters", FIELD)
    return chosen


def chooses(request: Request) -> bool:
    """Return whether *request* chooses anything for itself."""
    return _MARK in request.body or any(name in _HEADERS for name in request.headers)


def _in_body(content: bytes) -> dict[str, str]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:  # the endpoint says so in OpenAI's words
        return {}
    own = body.get(FIELD) if isinstance(body, dict) else None
    if own is None:
        return {}
    if not isinstance(own, dict):
        raise errors.wrong_type(FIELD, "an object", own)
    for name, value in own.items():
        if name not in ALL:
            raise errors.bad_request(f"Unknown '{FIELD}.{name}'; there are: {', '.join(ALL)}", FIELD)
        if type(value) not in {str, int, float}:
            raise errors.bad_request(f"Invalid '{FIELD}.{name}': expected a string or a number.", FIELD)
    return {name: str(value) for name, value in own.items()}
