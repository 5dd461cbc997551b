"""What is said of a parameter that nobody knows: its name, and the ones it may have been meant for."""

from collections.abc import Iterable, Sequence

from mock_server.wire import errors

# A name further away than this is no slip of the finger; measured: two letters are, three are not.
_FAR = 2


def series(names: Sequence[str], last: str) -> str:
    """
    Answer quoted *names* in a row, the *last* word before the last.

    >>> series(("auto", "disabled"), "or")
    "'auto' or 'disabled'"
    >>> series(("low", "medium", "high"), "and")
    "'low', 'medium', and 'high'"
    """
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return f" {last} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {last} {quoted[-1]}"


def distance(one: str, other: str) -> int:
    """
    Answer how many letters must be put in, taken out or changed to make *other* of *one*.

    >>> distance("stor", "store"), distance("strem", "store")
    (1, 2)
    """
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def unknown(within: str, name: str, known: Iterable[str], sent: Iterable[str]) -> errors.Refused:
    """400: there is no parameter *name*; those *known* and not *sent* are offered where they are close."""
    near = []
    if len(name) <= 64:
        taken = set(sent)
        near = sorted((distance(name, other), other) for other in known if other not in taken)
    close = [other for far, other in near if far <= _FAR][:2]
    hint = f" Did you mean {series(close, 'or')}?" if close else ""
    where = within + name
    return errors.bad_request(f"Unknown parameter: '{where}'.{hint}", where, "unknown_parameter")
