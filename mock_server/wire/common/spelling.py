"""The error for an unknown parameter: its name, and the parameters that may have been meant."""

from collections.abc import Iterable, Sequence

from overlap.mock_server.wire.common import errors

# A name further away than this is no slip of the finger; measured: two letters are, three are not.
_FAR = 2


def series(names: Sequence[str], last: str) -> str:
    """
    Return quoted *names* in a row, the *last* word before the last.

    >>> series(("auto", "disabled"), "or")
    "'auto' or 'disabled'"
    >>> series(("low", "medium", "high"), "and")
    "'low', 'medium', and 'high'"
    """
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return f" {last} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {last} {quoted[-1]}"


def distance(one: str, other: str, most: int) -> int | None:
    """
    Return how many letters must be put in, taken out or changed to make *other* of *one*; None: more than *most*.

    Most pairs are told apart by their lengths, nearly all others by their letters: a change brings one in and
    takes one away.

    >>> distance("stor", "store", 2), distance("strem", "store", 2), distance("strem", "store", 1)
    (1, 2, None)
    """
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return None
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1] if row[-1] <= most else None


def unknown(within: str, name: str, candidates: Iterable[str], sent: Iterable[str]) -> errors.ApiError:
    """400: there is no parameter *name*; those *candidates* and not *sent* are offered where they are close."""
    near: list[tuple[int, str]] = []
    if len(name) <= 64:
        taken = set(sent)
        far = ((distance(name, other, _FAR), other) for other in candidates if other not in taken)
        near = sorted((letters, other) for letters, other in far if letters is not None)
    close = [other for _, other in near[:2]]
    hint = f" Did you mean {series(close, 'or')}?" if close else ""
    where = within + name
    return errors.bad_request(f"Unknown parameter: '{where}'.{hint}", where, "unknown_parameter")
