"""How long others wait: what is measured, and until when."""

import random

from overlap.mock_server.bench import beside
from overlap.mock_server.bench.mixed_requests import drawn
from overlap.mock_server.bench.processes import started


def test_waits_are_measured_until_the_large_answer_is_over():
    """Sorted, at least one; a large answer that is over ends it at once."""
    with started("--port", "0", "--tokens", "2") as server:
        assert 0 < len(beside.waits(server, None, 0.05)) < 1000
        over = beside.Large(over=True)
        assert beside.waits(server, over, 60.0) == []


def test_a_soak_sends_what_it_says():
    """A tenth are faults, three in a hundred leave, ten in a hundred are mistakes; the same for the same seed."""
    requests = [drawn(random.Random(number), number) for number in range(4000)]
    assert requests == [drawn(random.Random(number), number) for number in range(4000)]
    faults = sum(b"x-overlap-fault" in content for content, _ in requests)
    leaves = sum(then == "leaves" for _, then in requests)
    assert 320 < faults < 480
    assert 80 < leaves < 160
