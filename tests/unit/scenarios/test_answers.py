"""What scenarios answer: no factor and no verdict without a difference that is shown."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from overlap.harness import registry
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import expand, plans
from overlap.harness.model.record import Call, Cell, Lag, Served, Slot
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run
from overlap.scenarios._cells import change, verdict

MS = 1_000_000
ROUNDS = 5
METHODS = ("invoke", "ainvoke", "batch", "abatch", "stream", "astream", "abatch_as_completed")
NAMES = [
    name
    for name in registry.names("overlap.scenarios")
    if hasattr(registry.load("overlap.scenarios", name), "answer")
]
# Their answers are counts, or single figures with their intervals.
NO_FACTORS = {
    "accuracy",
    "failures",
    "max_concurrency",
    "rate_limits",
    "streaming_steps",
}
FACTOR = re.compile(r"\d times \(")


def cells(name: str) -> list[Cell]:
    """Every cell that the scenario plans."""
    found = []
    for plan in plans(RunConfig(), name):
        methods = {(client, variant): METHODS for client in plan.clients for variant in plan.variants}
        found += [planned.cell for planned in expand(name, plan, methods, ROUNDS)]
    return found


def run(name: str, level) -> Summary:
    """A run in which cell k takes *level*(k) ms a call, and is off by up to 10 % from round to round."""
    every, slots, calls = cells(name), [], []
    for turn in range(ROUNDS):
        for place, cell in enumerate(every):
            # The same offsets in another order for each cell: their means are the same to the last digit.
            off = (-0.1, 0.07, 0.0, 0.1, -0.07)[(turn * (1 + place % 4) + place) % ROUNDS]
            long = round(level(place) * (1 + off) * MS)
            served = (Served(MS, [long // 4, long // 2], [long // 4, long // 2], long // 2, tokens=2),)
            chunks = (long // 4 + MS, long // 2 + MS)
            calls += [
                Call(cell.id, turn, index, 0, long, chunks=chunks, served=served)
                for index in range(min(cell.concurrency, 3))
            ]
            lag = Lag(MS, MS, MS, 9)
            made = min(cell.concurrency, 3)
            slots.append(
                Slot(cell.id, turn, 0, made, 0, long, long * made, lag, peak=made, connections=made, requests=made)
            )
    return summarise(Run(Path("run"), RunAbout(format=2), tuple(every), tuple(slots), tuple(calls)))


@pytest.fixture(scope="module")
def asked():
    """Return the answer of a scenario for a run with these levels."""
    return lambda name, level: registry.load("overlap.scenarios", name).answer(run(name, level))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {*NO_FACTORS, "connections"}])
def test_equal_cells_get_no_factor_and_no_yes(asked, name):
    """Rounds differ by up to 10 %, cells do not: whatever is said, no factor is, nor that one is more."""
    said = asked(name, lambda _: 100.0)
    assert said
    # Of a list of costs each has its interval; what it shows is said in front of it.
    if name != "callbacks":
        assert not FACTOR.search(said), said
    assert not said.startswith(("Yes", "No:")), said
    assert re.search(r"not told apart|Not shown|not shown|no difference shown", said), said


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {*NO_FACTORS, "connections", "loops"}])
def test_cells_that_are_far_apart_get_their_factor(asked, name):
    """Each takes twice as long as the one before it in the plan."""
    said = asked(name, lambda place: 100.0 * 2**place)
    assert FACTOR.search(said) or (name == "parallel" and said.startswith("Yes: ")), said


def test_loops_say_a_change_only_where_there_is_one(asked):
    """Uvloop at half the cost is -50 %; at the same cost nothing is shown, and how much is possible."""
    assert "-50.0 % (" in asked("loops", lambda place: 100.0 / (1 + place % 2))
    assert "% is possible" in asked("loops", lambda _: 100.0)


def ratio(low: float, high: float) -> Estimate:
    """A ratio with this interval."""
    return Estimate((low * high) ** 0.5, low, high, 5, 5, "")


def test_handlers_cost_a_tenth_more_only_where_their_whole_interval_says_so():
    """Three handlers, three sentences: more, less, and not shown."""
    dear = registry.load("overlap.scenarios", "callbacks")._dear
    found = {"slow": ratio(1.2, 1.4), "quick": ratio(0.95, 1.05), "noisy": ratio(0.8, 1.6)}
    assert dear(found) == (
        "slow cost more than a tenth on top, quick cost less than that, "
        "of noisy it is not shown whether it is a tenth"
    )
    assert dear({"quick": found["quick"]}) == "quick cost less than a tenth on top"
    assert dear({"noisy": found["noisy"]}) == "of noisy it is not shown whether it is a tenth"
    assert dear({"few": Estimate(3.0, None, None, 2, 2, "")}) == "of few it is not shown whether it is a tenth"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ratio(1.2, 1.4), "Yes"),
        (ratio(0.6, 0.8), "No"),
        (ratio(0.8, 1.4), "Not shown here"),
        (ratio(0.98, 1.02), "No difference of 3 % or more here"),
        (Estimate(9.0, None, None, 2, 2, ""), "Not shown here"),
    ],
)
def test_a_verdict_is_what_the_interval_shows(found, said):
    """Yes and no need a difference; no difference needs one that is shown to be small."""
    assert verdict(found, "Yes", "No") == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ratio(0.9, 0.95), "-7.5 % (-10.0 to -5.0)"),
        (ratio(0.8, 1.4), "no difference shown, up to 40.0 % is possible"),
        (ratio(0.99, 1.02), "less than 3 % apart, up to 2.00 % is possible"),
        (Estimate(0.5, None, None, 2, 2, ""), "not shown in so few rounds"),
    ],
)
def test_a_change_is_a_number_only_where_it_is_shown(found, said):
    """Else how large it may still be."""
    assert change(found) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (Estimate(5.0, 4.0, 6.0, 5, 5, "µs"), "5.00 µs (4.00\N{EN DASH}6.00)"),
        (Estimate(2.0, -4.0, 8.0, 5, 5, "µs"), "at most 8.00 µs"),
        (Estimate(-2.0, -4.0, -1.0, 5, 5, "µs"), "nothing that is shown"),
        (Estimate(5.0, None, None, 2, 2, "µs"), "nothing that is shown"),
    ],
)
def test_what_a_step_adds_is_a_number_only_where_it_adds_something(more, said):
    """An interval with 0 in it has only its end."""
    assert registry.load("overlap.scenarios", "sync_steps")._cost(more) == said


def with_peaks(peaks: dict[str, tuple[int, ...]]) -> Summary:
    """A run of `max_concurrency` in which the server saw so many requests at once, by variant and round."""
    made = run("max_concurrency", lambda _: 100.0).run
    variant = {cell.id: cell.variant for cell in made.cells}
    slots = tuple(
        replace(slot, peak=peaks[variant[slot.cell]][slot.round])
        for slot in made.slots
        if variant[slot.cell] in peaks
    )
    there = tuple(cell for cell in made.cells if cell.variant in peaks)
    calls = tuple(call for call in made.calls if variant[call.cell] in peaks)
    return summarise(replace(made, cells=there, slots=slots, calls=calls))


def test_a_limit_is_kept_only_where_no_round_had_more():
    """Of four ways one keeps it, one has a single round of five, one never gets there; without it, 24."""
    peaks = {
        "abatch without it": (24,) * 5,
        "abatch": (4,) * 5,
        "batch": (4, 4, 4, 4, 5),
        "RunnableParallel": (3,) * 5,
    }
    said = registry.load("overlap.scenarios", "max_concurrency").answer(with_peaks(peaks))
    expected = "With a limit of 4, the most in any round: 4 at once with abatch, more with batch, fewer with "
    assert said.startswith(f"{expected}RunnableParallel. ")


def test_others_that_also_keep_a_limit_are_not_said_to_break_it():
    """All keep it: nobody has more, and a way that has no limit is no proof of one."""
    answer = registry.load("overlap.scenarios", "max_concurrency").answer
    said = answer(with_peaks({"abatch": (4,) * 5, "batch": (4,) * 5})).partition(". ")[0]
    assert said == "With a limit of 4, the most in any round: 4 at once with abatch and batch"
    assert answer(with_peaks({"abatch without it": (24,) * 5})).startswith("No way with a limit was measured. ")


def test_fates_that_differ_are_counted_and_not_told_as_everyones():
    """Of the requests under gather one in five is cancelled; under TaskGroup all; abatch's never came."""
    made = run("failures", lambda _: 100.0).run
    variant = {cell.id: cell.variant for cell in made.cells}
    gone = {"gather": {0}, "TaskGroup": set(range(ROUNDS))}
    calls = tuple(
        replace(
            call,
            served=()
            if variant[call.cell] == "abatch"
            else tuple(
                replace(each, disconnected=call.round in gone.get(variant[call.cell], ())) for each in call.served
            ),
        )
        for call in made.calls
    )
    said = registry.load("overlap.scenarios", "failures").answer(summarise(replace(made, calls=calls)))
    assert "4 awaited and 1 cancelled with gather;" in said
    assert "; cancelled with TaskGroup;" in said
    assert "; not seen by the server with abatch. The caller" in said


def test_a_step_holds_a_stream_back_only_where_the_whole_interval_says_so():
    """The model's first chunk comes after 21 ms; those of the steps 0, 0, 200 and about 100 ms later."""
    answer = registry.load("overlap.scenarios", "streaming_steps").answer
    said = answer(run("streaming_steps", lambda place: (80.0, 80.0, 80.0, 880.0, 480.0)[place]))
    assert said.startswith(
        "RunnableLambda holds it back by more than 100 ms; StrOutputParser and RunnableGenerator do not "
        "hold it back by 100 ms; of RunnableLambda of an async generator it is not shown whether it is held back "
        "by 100 ms. "
    )


def test_the_bare_model_alone_says_nothing_of_steps():
    """Nothing was measured that could hold a stream back."""
    made = run("streaming_steps", lambda _: 80.0).run
    first = made.cells[0]
    alone = replace(
        made,
        cells=(first,),
        slots=tuple(each for each in made.slots if each.cell == first.id),
        calls=tuple(each for each in made.calls if each.cell == first.id),
    )
    said = registry.load("overlap.scenarios", "streaming_steps").answer(summarise(alone))
    assert said.startswith("No step behind the model was measured. ")


def test_a_stream_without_a_pace_or_a_first_token_is_named_as_unknown():
    """One chunk has no gap behind it, no chunk no first token: neither drops out of the sentence."""
    whole = run("streaming", lambda _: 100.0)
    lacking = {"aiohttp": {"itl.p50"}, "openai": {"ttft.p50", "itl.p50"}}
    cut = tuple(
        replace(
            each, metrics={k: v for k, v in each.metrics.items() if k not in lacking.get(each.cell.client, ())}
        )
        for each in whole.cells
    )
    said = registry.load("overlap.scenarios", "streaming").answer(replace(whole, cells=cut))
    assert re.search(r"aiohttp [^;]*, its pace not known", said), said
    assert "; not known of openai." in said
