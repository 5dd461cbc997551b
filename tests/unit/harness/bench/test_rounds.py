"""The order of slots: drawn at random, the same for the same seed, every cell as often as it asks."""

from collections import Counter

from overlap.harness.bench.rounds import order_of, rounds
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import Cell


def _planned(count, of_rounds):
    return [Planned(Cell("s", "c", f"strategy{n}", "asyncio", 1), 1, of_rounds, 1) for n in range(count)]


def test_every_cell_is_in_every_round_once():
    """Eight cells, three rounds: each cell three times, never twice in a round."""
    drawn = rounds(_planned(8, 3), seed=1)
    assert [len({each.cell.id for each in one.slots}) for one in drawn] == [8, 8, 8]


def test_a_cell_with_fewer_rounds_sits_out_the_last():
    """A cell that asks for two rounds is not in the third."""
    planned = [*_planned(1, 3), Planned(Cell("s", "c", "short", "asyncio", 1), 1, 2, 1)]
    counts = Counter(each.cell.strategy for one in rounds(planned, seed=1) for each in one.slots)
    assert counts == {"strategy0": 3, "short": 2}


def test_the_order_differs_between_rounds_and_is_the_same_for_the_same_seed():
    """A fixed order would let a drift of the machine pass for a difference between cells."""
    order = [[each.cell.id for each in one.slots] for one in rounds(_planned(20, 2), seed=1)]
    assert order[0] != order[1]
    again = rounds(_planned(20, 2), seed=1)
    assert order == [[each.cell.id for each in one.slots] for one in again]
    assert [one.hash_seed for one in again] == [one.hash_seed for one in rounds(_planned(20, 2), seed=1)]
    assert order != [[each.cell.id for each in one.slots] for one in rounds(_planned(20, 2), seed=2)]


def test_all_cells_of_a_round_draw_the_same_latencies_and_the_next_round_others():
    """The order names the round, for each cell and for either side of a gate alike."""
    draws = {order_of(RunConfig(), planned, 4, "http://127.0.0.1:9").draw for planned in _planned(3, 5)}
    assert draws == {4}
    assert order_of(RunConfig(), _planned(1, 5)[0], 5, "http://127.0.0.1:9").draw == 5
