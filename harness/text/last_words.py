"""Finds the line that says why a process ended, in what it wrote to stderr; pure functions."""

from collections.abc import Iterator, Sequence

_TRACEBACK = "Traceback (most recent call last):"
_LINKS = ("The above exception was the direct cause", "During handling of the above exception")
_ASIDE = ("Exception in thread ", "Exception ignored in")
LONGEST = 300


def reason(text: str) -> str:
    r"""
    Return the line of *text* that says what went wrong: the exception's, else the last line; "" for nothing.

    What a server logs after a traceback ("Application startup failed"), what other threads say while the process
    ends, and a traceback that was cut off in its midst say nothing of the reason.

    >>> reason("Traceback (most recent call last):\n  File 'a.py', line 1\nKeyError: 'key'\nERROR: startup failed")
    "KeyError: 'key'"
    """
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    chains = list(_chains(lines))
    for aside, error in chains:
        if not aside:
            return error[:LONGEST]
    if chains:
        return chains[0][1][:LONGEST]
    plain = [line.strip() for line in lines if not line.startswith((" ", "\t")) and _TRACEBACK not in line]
    plain = [line for line in plain if not line.startswith(('File "', *_ASIDE))]
    return (plain or [line.strip() for line in lines] or [""])[-1][:LONGEST]


def _chains(lines: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Yield, for each exception with its causes, whether it is an aside, and its last line."""
    place, aside, error = 0, False, ""
    while place < len(lines):
        line = lines[place]
        if _TRACEBACK in line:
            end = next((n for n in range(place + 1, len(lines)) if not lines[n].startswith((" ", "\t"))), None)
            linked = bool(error) and lines[place - 1].startswith(_LINKS)
            if error and not linked:
                yield aside, error
            if not linked:
                aside = place > 0 and lines[place - 1].startswith(_ASIDE)
            if end is None:
                error = error if linked else ""
                break
            error, place = lines[end].strip(), end
        place += 1
    if error:
        yield aside, error
