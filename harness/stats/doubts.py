"""When not to believe a cell: sentences with advice, from what its rounds say about themselves."""

from collections.abc import Mapping, Sequence

from harness.record import Cell
from harness.stats.bootstrap import FEWEST_ROUNDS
from harness.stats.estimate import Estimate
from harness.stats.rounds import Round, sound


def doubts(cell: Cell, rounds: Sequence[Round], metrics: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Everything that makes *cell* hard to believe, the worst first; () where nothing does."""
    del cell, metrics
    if not sound(rounds):
        return ("No round of this cell ran to its end, so there is nothing to report.",)
    if len(sound(rounds)) < FEWEST_ROUNDS:
        return (f"{len(sound(rounds))} rounds are too few for an interval; ask for 5 or more.",)
    return ()
