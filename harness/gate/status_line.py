"""Names of cells without what all of them share, for where there is little room."""

from collections.abc import Iterable

from overlap.harness.gate.sanitize import clean


def shortened(cells: Iterable[str]) -> dict[str, str]:
    """
    Return a short name for each of *cells*; the parts between slashes that are the same in all are left out.

    >>> shortened(["a/openai/gather/16", "a/chain/gather/16"])
    {'a/openai/gather/16': 'openai', 'a/chain/gather/16': 'chain'}
    >>> shortened(["a/b", "a/b/c"]), shortened(["a/b"])
    ({'a/b': 'a/b', 'a/b/c': 'a/b/c'}, {'a/b': 'a/b'})
    """
    parts = {cell: clean(cell).split("/") for cell in cells}
    widths = {len(each) for each in parts.values()}
    if len(parts) < 2 or len(widths) > 1:
        return {cell: "/".join(each) for cell, each in parts.items()}
    differ = [len({each[i] for each in parts.values()}) > 1 for i in range(*widths)]
    return {
        cell: "/".join(part for part, differs in zip(each, differ, strict=True) if differs) or clean(cell)
        for cell, each in parts.items()
    }


def tail(name: str, most: int) -> str:
    """
    Return the end of a long name: there it differs from its neighbours.

    >>> tail("a/very/long/name", 8), tail("short", 8)
    ('…ng/name', 'short')
    """
    return name if len(name) <= most else f"…{name[len(name) - most + 1 :]}"
