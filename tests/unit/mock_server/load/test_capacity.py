"""The model of a busy server, worked by hand: slots, queue, prefill and slowdown. Times in ns."""

import pytest

from overlap.mock_server.load.capacity import Capacity, Job, Size


def due(model: Capacity, until: int = 10**6) -> list[tuple[int, str]]:
    """Return all outputs up to *until*, with their owners."""
    return [(at, str(job.owner)) for at, job in model.advance(until)]


def arrive(model: Capacity, now: int, job: Job) -> None:
    """Let *job* come at *now*, before which nothing is due."""
    assert model.advance(now) == []
    model.arrive(job)


def test_alone_a_job_keeps_its_own_schedule():
    """With nothing else to do, outputs are due as drawn: 100, 120 and 140 after arrival."""
    model = Capacity(Size(slots=4, queue=0, slowdown=0.5, stall=0.5))
    arrive(model, 1000, Job("a", 0, [100, 120, 140]))
    assert due(model) == [(1100, "a"), (1120, "a"), (1140, "a")]


def test_who_finds_no_slot_waits_for_one():
    """One slot: the second job starts when the first is done, and its schedule counts from there."""
    model = Capacity(Size(slots=1, queue=5))
    model.arrive(Job("a", 0, [100]))
    arrive(model, 10, Job("b", 0, [50]))
    assert (model.busy, model.waiting) == (1, 1)
    assert due(model) == [(100, "a"), (150, "b")]


def test_full_means_slots_and_queue():
    """The queue's places count: only when they are taken too is a request turned away."""
    model = Capacity(Size(slots=1, queue=1))
    assert not model.full
    model.arrive(Job("a", 0, [100]))
    assert not model.full
    model.arrive(Job("b", 0, [100]))
    assert model.full


def test_each_further_job_slows_all_others():
    """At a slowdown of 1, two jobs go at half speed: 100 of work takes 200, until one is done."""
    model = Capacity(Size(slots=4, queue=0, slowdown=1.0))
    model.arrive(Job("a", 0, [100]))
    model.arrive(Job("b", 0, [150]))
    assert due(model) == [(200, "a"), (250, "b")]


def test_a_job_that_comes_later_moves_what_is_not_yet_due():
    """`a` has done 50 of its 100 when `b` comes; the other 50 take 100."""
    model = Capacity(Size(slots=4, queue=0, slowdown=1.0))
    model.arrive(Job("a", 0, [100]))
    assert model.next() == 100
    assert model.advance(50) == []
    arrive(model, 50, Job("b", 0, [1000]))
    assert model.next() == 150


def test_prompts_are_read_one_after_another():
    """Two prompts of 100 each: the first output of the second comes 100 after that of the first."""
    model = Capacity(Size(slots=4, queue=0))
    model.arrive(Job("a", 100, [10]))
    model.arrive(Job("b", 100, [10]))
    assert due(model) == [(110, "a"), (210, "b")]


def test_reading_a_prompt_stalls_those_who_decode():
    """At a stall of 1, `a` does nothing while the prompt of `b` is read for 100."""
    model = Capacity(Size(slots=4, queue=0, stall=1.0))
    model.arrive(Job("a", 0, [50, 60]))
    assert due(model, 20) == []
    arrive(model, 20, Job("b", 100, [1]))
    assert due(model) == [(121, "b"), (150, "a"), (160, "a")]


def test_a_stall_of_half_halves_the_speed():
    """`a` needs 100 and does 50 of it during the 100 that the other prompt takes."""
    model = Capacity(Size(slots=4, queue=0, stall=0.5))
    model.arrive(Job("a", 0, [100]))
    model.arrive(Job("b", 100, [10**9]))
    assert due(model, 1000) == [(150, "a")]


@pytest.mark.parametrize("phase", ["decoding", "reading", "waiting"])
def test_a_client_that_leaves_frees_its_place(phase):
    """In whatever phase a job leaves, the next one gets on as if it had never been there."""
    model = Capacity(Size(slots=1, queue=5))
    first = Job("first", 0 if phase == "decoding" else 500, [500])
    model.arrive(Job("ahead", 0, [100]) if phase == "waiting" else first)
    if phase == "waiting":
        model.arrive(first)
    model.arrive(Job("next", 0, [50]))
    model.advance(60)
    model.leave(first)
    assert due(model) == ([(100, "ahead"), (150, "next")] if phase == "waiting" else [(110, "next")])
    assert (model.busy, model.waiting) == (0, 0)


def test_leaving_twice_frees_one_place():
    """A slot is given back once."""
    model = Capacity(Size(slots=2, queue=5))
    job = Job("a", 0, [100])
    model.arrive(job)
    model.leave(job)
    model.leave(job)
    assert model.busy == 0


def test_how_often_it_is_asked_changes_nothing():
    """Asked once at the end or at every ns, the due times are the same."""
    steps = (1, 7, 10_000)
    found = []
    for step in steps:
        model = Capacity(Size(slots=2, queue=9, slowdown=0.3, stall=0.4))
        outputs = []
        arrivals = {0: ("a", 30, [20, 40, 60]), 25: ("b", 0, [50, 90]), 26: ("c", 40, [10, 20]), 90: ("d", 5, [5])}
        for now in sorted({*range(0, 700, step), *arrivals, 10_000}):
            outputs += model.advance(now)
            if now in arrivals:
                model.arrive(Job(*arrivals[now]))
        found.append([(at, job.owner) for at, job in outputs])
    assert len(found[0]) == 8
    assert all(sorted(one) == sorted(found[0]) or close(one, found[0]) for one in found)


def close(one: list[tuple[int, object]], other: list[tuple[int, object]]) -> bool:
    """Return whether times agree to the ns that rounding at each event may cost."""
    return all(a[1] == b[1] and abs(a[0] - b[0]) <= 10 for a, b in zip(one, other, strict=True))
