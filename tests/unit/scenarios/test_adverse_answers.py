"""Scenarios' answers, fed with runs that lack something: no exception, and nothing that the data does not show."""

import random
import re
from dataclasses import replace
from functools import cache

import pytest

from overlap.harness import registry
from overlap.harness.model.record import Call
from overlap.harness.report.sections.answers import section
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.summary import summarise
from tests.unit.scenarios.test_answers import FACTOR, MS, NAMES, run

YES = re.compile(r"(^|: )Yes\b")


@cache
def equal(name: str) -> Summary:
    """Return the run of scenario *name* in which all cells take 100 ms, made once for all tests."""
    return run(name, lambda _: 100.0)


def answer(name: str, summary: Summary) -> str:
    """Return what scenario *name* says of *summary*, "" for nothing."""
    return registry.load("overlap.scenarios", name).answer(summary) or ""


def only(summary: Summary, kept) -> Summary:
    """Return the run of *summary* with the cells alone that are *kept*."""
    made = summary.run
    cells = tuple(cell for cell in made.cells if kept(cell))
    ids = {cell.id for cell in cells}
    slots = tuple(each for each in made.slots if each.cell in ids)
    calls = tuple(each for each in made.calls if each.cell in ids)
    return summarise(replace(made, cells=cells, slots=slots, calls=calls))


def failing(summary: Summary, fails) -> Summary:
    """Return the run of *summary* in which the calls that *fails* tells of failed after 1 ms."""
    calls = tuple(
        replace(call, error="RateLimitError", done=call.sent + MS, chunks=()) if fails(call) else call
        for call in summary.run.calls
    )
    return summarise(replace(summary.run, calls=calls))


def rounds(summary: Summary, many: int) -> Summary:
    """Return the first *many* rounds of *summary*."""
    made = summary.run
    slots = tuple(each for each in made.slots if each.round < many)
    return summarise(replace(made, slots=slots, calls=tuple(each for each in made.calls if each.round < many)))


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_fails_or_has_a_hole_when_something_is_missing(name):
    """Whichever cells are missing, were never run, or lack which metrics: an answer is words."""
    whole, rng = run(name, lambda place: 100.0 * 1.5**place), random.Random(name)
    ids = [cell.id for cell in whole.run.cells]
    for _ in range(8):
        gone = {each for each in ids if rng.random() < 0.3}
        bare = {each for each in ids if rng.random() < 0.3}
        cells = tuple(
            replace(
                each,
                metrics={}
                if each.cell.id in bare
                else {key: value for key, value in each.metrics.items() if rng.random() < 0.8},
            )
            for each in whole.cells
            if each.cell.id not in gone
        )
        said = answer(name, replace(whole, cells=cells))
        assert "None" not in said.replace("None gets all calls through", "")
        assert "nan" not in said
    assert answer(name, replace(whole, cells=())) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_single_round_gets_no_yes_and_no_factor(name):
    """One round has no interval, so nothing of it can be shown."""
    said = answer(name, rounds(run(name, lambda place: 100.0 * 2**place), 1))
    assert not YES.search(said), said
    assert not re.search(r"\d times \(", said), said


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"retries", "rate_limits"}])
def test_calls_that_all_failed_make_nothing_quicker(name):
    """What fails is soon done: of equal cells no answer calls one quicker since its calls failed after 1 ms."""
    whole = equal(name)
    first = whole.run.cells[0].id
    every = failing(whole, lambda _: True)
    for made in (
        failing(whole, lambda call: call.cell == first),
        failing(whole, lambda call: call.cell != first),
        every,
    ):
        said = answer(name, made)
        assert not YES.search(said), said
        # Of a list of costs each has its factor, with an interval around 1.
        assert name == "callbacks" or not FACTOR.search(said), said
    assert not re.search(r"takes least|cheapest", answer(name, every))


def test_the_report_names_cells_whose_calls_failed_and_those_that_were_never_finished():
    """The scenario's own answer need not speak of them, so the section does."""
    whole = run("blocked_loop", lambda place: 100.0 + place)
    broken, lost = whole.run.cells[-1].id, whole.run.cells[-2].id
    made = failing(whole, lambda call: call.cell == broken).run
    slots = tuple(each for each in made.slots if each.cell != lost)
    found = section(summarise(replace(made, slots=slots)))
    assert found is not None
    lead = found.parts[0].lead
    assert "Calls failed, 15 of 15 (CPU on a thread)" in lead
    assert "No round was finished of: CPU." in lead


def three(slow: tuple[float, float, float], fast: tuple[float, float, float], **changes) -> str:
    """Return the answer of `three_calls` for these total times in s: value, low and high."""
    whole = equal("three_calls")
    calls = tuple(
        replace(
            call,
            done=call.sent + round(1.5e9),
            served=tuple(replace(each, planned=[changes.get("planned", round(1.5e9))]) for each in call.served),
        )
        for call in whole.run.calls
    )
    cells = tuple(
        replace(
            each,
            metrics=each.metrics
            | {"makespan": Estimate(*(1e9 * end if end else None for end in took), 15, 5, "ns")},
            errors=changes.get("errors", 0),
        )
        for each, took in zip(whole.cells, (slow, fast), strict=True)
    )
    return answer("three_calls", Summary(replace(whole.run, calls=calls), cells))


def test_three_calls_say_yes_only_if_both_intervals_lie_within_three_per_cent():
    """A centre that is right with an interval that is wide shows nothing; one that is off by all of it is a no."""
    good = (4.51, 4.50, 4.52), (1.51, 1.50, 1.52)
    assert three(*good).startswith("Yes: ")
    assert three((4.51, 4.30, 4.72), good[1]).startswith("Not shown here: ")
    assert three(good[0], (1.51, 1.40, 1.62)).startswith("Not shown here: ")
    assert three((4.51, None, None), good[1]).startswith("Not shown here: ")
    assert three(good[0], (2.0, 1.9, 2.1)).startswith("No: ")
    assert three((6.0, 5.9, 6.1), (1.51, 1.30, 1.72)).startswith("No: ")


def test_three_calls_of_another_length_are_not_those_that_were_asked_about():
    """Whoever sets another profile is told what was measured instead; failed calls have no total time at all."""
    good = (4.51, 4.50, 4.52), (1.51, 1.50, 1.52)
    assert three(*good, planned=200 * MS).startswith("Not what was asked, but 3 calls, 3 at once of 200 ms: ")
    assert three(*good, errors=15) == ""


def test_retries_of_which_none_was_needed_show_nothing():
    """No failure without them: there was nothing to hide."""
    assert answer("retries", equal("retries")).startswith(
        "No call failed without retries, so nothing is shown of what they hide; "
    )
    bare = {cell.id for cell in run("retries", lambda _: 1.0).run.cells if cell.variant == "no retries"}
    some = failing(equal("retries"), lambda call: call.cell in bare and call.index == 0)
    assert answer("retries", some).startswith(
        "Without retries 5 of 15 calls failed, with the client's two 0 of 15; "
    )


def refusing(summary: Summary, refused) -> Summary:
    """Return the run in which the server refused the first request of the calls that *refused* tells of."""

    def with_refusal(call: Call) -> Call:
        return replace(call, served=(replace(call.served[0], status=429), *call.served)) if refused(call) else call

    return summarise(replace(summary.run, calls=tuple(map(with_refusal, summary.run.calls))))


def test_a_limit_that_refused_nobody_shows_nothing():
    """All calls got through, since nothing stood in their way."""
    whole = equal("rate_limits")
    assert answer("rate_limits", whole).startswith("No request was refused, so nothing is shown of backing off. ")
    first = whole.run.cells[0].id
    limited = failing(refusing(whole, lambda call: call.index == 0), lambda call: call.cell == first)
    said = answer("rate_limits", limited)
    assert said.startswith("All calls get through with the client's 2 retries, the client's 30 retries, ")
    assert "no retries 15 of 15 calls failed, 1.33 requests a call, 5 of 20 refused, " in said
    unseen = summarise(replace(whole.run, calls=tuple(replace(call, served=()) for call in whole.run.calls)))
    assert answer("rate_limits", unseen).startswith("The server kept no journal, so whether its limit was reached")


def test_accuracy_leaves_no_client_out_in_silence():
    """Without the server's plan of a client its name stands there, and that its figures are unknown."""
    whole = equal("accuracy")

    def without(each: CellSummary, *names: str) -> CellSummary:
        return replace(each, metrics={k: v for k, v in each.metrics.items() if k not in names})

    cut = tuple(without(each, "overlap") if each.cell.client == "openai" else each for each in whole.cells)
    said = answer("accuracy", replace(whole, cells=cut))
    assert said.count("openai") == 3
    assert said.count("and unknown") == 3
    none = tuple(
        without(each, "overlap", "ttft_error.p50") if each.cell.client == "openai" else each for each in cut
    )
    assert "openai unknown and unknown" in answer("accuracy", replace(whole, cells=none))


def test_what_was_asked_is_told_from_the_run_and_not_from_the_plan():
    """Cells of three calls a round, with answers of 45 to 55 ms, are not what these plans have by themselves."""
    assert ". 3 calls, 150 at once: " in answer("connections", equal("connections"))
    assert ". 3 calls of 45 to 55 ms: " in answer("blocked_loop", equal("blocked_loop"))
    said = answer("streaming_steps", equal("streaming_steps"))
    assert "First chunk of a stream that begins after 22.5 to 27.5 ms and ends after 45 to 55 ms: " in said


def test_two_loops_are_told_one_by_one():
    """An answer that compares variants does not tell the first loop's cells as if they were all."""
    whole = run("blocked_loop", lambda place: 100.0 * (1 + place))
    other = {cell.id: replace(cell, loop="uvloop") for cell in whole.run.cells}
    made = replace(
        whole.run,
        cells=(*whole.run.cells, *other.values()),
        slots=(*whole.run.slots, *(replace(each, cell=other[each.cell].id) for each in whole.run.slots)),
        calls=(*whole.run.calls, *(replace(each, cell=other[each.cell].id) for each in whole.run.calls)),
    )
    said = answer("blocked_loop", summarise(made))
    assert said.startswith("With asyncio: ")
    assert " With uvloop: " in said


def steps(second_at) -> str:
    """Return the answer of `two_steps` if call k of a round sends its second request at *second_at*(k) ms."""
    whole = run("two_steps", lambda place: 100.0 * (1 + place))

    def both(call: Call) -> Call:
        first = replace(call.served[0], received=0, finished=(call.index + 1) * 20 * MS)
        return replace(call, served=(first, replace(first, received=round(second_at(call) * MS))))

    return answer("two_steps", summarise(replace(whole.run, calls=tuple(map(both, whole.run.calls)))))


def test_a_barrier_is_told_by_when_second_requests_come_and_not_by_a_ratio_of_times():
    """First requests end after 20, 40 and 60 ms: who waits for the last sends nothing before 60 ms."""
    assert steps(lambda _: 61).startswith("Yes, no second request came before the last first one was answered: ")
    assert steps(lambda call: 21 + 20 * call.index).startswith("No, second requests came before ")
    assert steps(lambda call: 61 if call.round else 21 + 20 * call.index).startswith("In some rounds no ")


def test_one_request_for_all_inputs_is_called_quicker_only_if_it_was():
    """A slow abatch says nothing of the way that puts all inputs into one request."""
    places = {"completions, abatch": 400.0, "completions, gather": 100.0, "completions, one request": 100.0}
    order = [cell.variant for cell in run("provider_batching", lambda _: 1.0).run.cells]
    said = answer("provider_batching", run("provider_batching", lambda place: places.get(order[place], 100.0)))
    assert said.startswith("Completions, abatch takes 4.")
    assert "completions, one request and gather are not told apart" in said


def test_branches_that_the_server_saw_one_at_a_time_did_not_run_at_once():
    """Whatever the times say: the synthetic run has a peak of 1, and with one of 2 not all three ran at once."""
    whole = run("parallel", lambda place: 100.0 * (1 + 2 * place))
    assert answer("parallel", whole).startswith("The server saw one request at a time: ")

    def with_peak(peak: int) -> str:
        slots = tuple(replace(each, peak=peak) for each in whole.run.slots)
        return answer("parallel", summarise(replace(whole.run, slots=slots)))

    assert with_peak(2).startswith("Not all of them in every round: ")
    assert with_peak(3).startswith("Yes: ")


def test_counts_of_one_agree_with_their_noun():
    """Each call of the synthetic run makes one request, and the server saw one at once."""
    for name in ("agent", "retries", "rate_limits", "connections", "parallel", "provider_batching", "retrieval"):
        said = answer(name, equal(name))
        assert not re.search(r"\b1 (?:requests|connections)\b", said), said
