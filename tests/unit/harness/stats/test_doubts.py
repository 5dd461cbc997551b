"""Each doubt appears where its cause is, says what to do, and is absent from a sound run."""

import re
from dataclasses import replace

import pytest

from overlap.harness.model.record import UNTRIED, Lag
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import about_from

MS = 1_000_000


@pytest.fixture
def sound_run(make_run, pair):
    """Five rounds of forty calls of 100 ms at 4 in flight, rounds 1 % apart."""
    return make_run(pair[:1], lambda _cell, turn, index: 100 + turn + index % 5)


def said(run) -> str:
    """Every doubt about the run's only cell, as one text."""
    return "\n".join(summarise(run).cells[0].doubts)


def slots(run, **facts):
    """The run with every slot changed."""
    return replace(run, slots=tuple(replace(slot, **facts) for slot in run.slots))


def calls(run, change):
    """The run with every call changed."""
    return replace(run, calls=tuple(change(call) for call in run.calls))


def test_a_sound_run_gives_no_reason_to_doubt(sound_run):
    """A doubt that were always there would be read by nobody."""
    assert said(sound_run) == ""


def test_a_saturated_client_is_named(sound_run):
    """The worker used nearly a whole core."""
    slot = sound_run.slots[0]
    assert "Client-saturated: the worker used 9" in said(
        slots(sound_run, cpu=round(0.97 * (slot.ended - slot.started)))
    )


def test_using_a_whole_core_is_no_doubt_where_the_server_answers_at_once(sound_run):
    """Then CPU is what is being measured, and there is nothing to wait for."""
    slot = sound_run.slots[0]
    busy = slots(sound_run, cpu=slot.ended - slot.started)

    def at_once(call):
        # Received when it left, answered as it was seen: everything in between is the client's.
        return replace(call, served=(replace(call.served[0], planned=[0], written=[0]),))

    assert "Client-saturated" in said(busy)
    assert "Client-saturated" not in said(calls(busy, at_once))


def test_a_late_server_is_told_from_a_slow_client(sound_run):
    """Written 20 ms after it was planned."""

    def late(call):
        entry = call.served[0]
        planned = entry.planned[-1] - 20 * MS
        return replace(call, served=(replace(entry, planned=[planned]),))

    text = said(calls(sound_run, late))
    assert "server was late itself: 20.00 ms a call" in text
    assert "a core of its own" in text


def test_a_server_that_was_stopped_for_a_while_is_named_with_the_round(sound_run):
    """Four answers in flight 3 s late in one round of five: 12 s of late answers in 40 calls of 102 to 106 ms."""

    def late(call):
        if call.round != 2 or call.index >= 4:
            return call
        entry = call.served[0]
        written = [at + 3000 * MS for at in entry.written]
        return replace(call, done=call.done + 3000 * MS, served=(replace(entry, written=written),))

    text = said(calls(sound_run, late))
    assert "late itself in round 3: it read requests or wrote answers up to 3,000 ms late, 74 % of" in text
    assert "a core of its own" not in text


def test_requests_that_a_stopped_server_left_unread_are_the_server_s(sound_run):
    """Four of forty are read 3 s after they were sent; of a loop that was held up itself nothing is said."""

    def unread(call):
        if call.round != 2 or call.index >= 4:
            return call
        entry = call.served[0]
        later = replace(entry, received=entry.received + 3000 * MS)
        return replace(call, done=call.done + 3000 * MS, served=(later,))

    run = calls(sound_run, unread)
    lag = Lag(MS, MS, 5 * MS, 100)
    assert "late itself in round 3: it read requests or wrote answers up to 3,0" in said(slots(run, lag=lag))
    assert "late itself" not in said(slots(run, lag=replace(lag, max=2000 * MS)))
    assert "late itself" not in said(slots(run, lag=None))


def test_a_server_that_is_late_by_less_than_a_scheduler_s_slice_is_not(sound_run):
    """Nine ms once."""

    def late(call):
        entry = call.served[0]
        once = 9 * MS if call.round == 2 else 0
        return replace(call, served=(replace(entry, planned=[entry.written[-1] - once]),))

    assert "late itself" not in said(calls(sound_run, late))


def test_stolen_cpu_time_names_the_round(sound_run):
    """Rounds are counted from one for people."""
    run = replace(
        sound_run, slots=(*sound_run.slots[:3], replace(sound_run.slots[3], steal=0.06), sound_run.slots[4])
    )
    assert "took 6 % of the time of the cores used in round 4" in said(run)


@pytest.mark.parametrize(
    ("foreign", "seconds", "doubted"),
    [(0.5, 1, True), (0.1, 1, False), (None, 1, False), (0.5, 0.05, False)],
    ids=["a compile job", "a desktop", "unknown", "less than the kernel's ticks can tell"],
)
def test_other_programs_on_the_cores_used_are_named_with_the_round(sound_run, foreign, seconds, doubted):
    """Half of a core for a second is a program; half of one for 50 ms is 2.5 ticks of the kernel's clock."""
    slot = sound_run.slots[2]
    loud = replace(slot, foreign=foreign, ended=slot.started + round(seconds * 1e9))
    text = said(replace(sound_run, slots=(*sound_run.slots[:2], loud, *sound_run.slots[3:])))
    assert ("Other programs kept 0.50 of the cores used busy in round 3" in text) == doubted


def test_failed_calls_are_counted(make_run, pair):
    """Latency is that of the others, and the reader ought to know."""
    run = make_run(pair[:1], lambda _cell, turn, _index: 100 + turn, failing=(3,))
    assert "5 of 200 calls failed" in said(run)


@pytest.mark.parametrize(("rounds", "words"), [(1, "One round is too few"), (2, "2 rounds are too few")])
def test_too_few_rounds_for_an_interval_are_named_with_what_to_type(make_run, pair, rounds, words):
    """The advice is an option that exists."""
    text = said(make_run(pair[:1], lambda _cell, turn, _index: 100 + turn, rounds=rounds))
    assert words in text
    assert "--rounds 5" in text


def test_rounds_that_gave_nothing_are_named_with_their_reason(sound_run):
    """The worker was ended in the sixth round; other cells' missing rounds are theirs."""
    cell = sound_run.cells[0].id
    missing = [{"cell": "other", "reason": "x"}, {"cell": cell, "round": 5, "reason": "the worker died"}]
    text = said(replace(sound_run, about=about_from({"missing": missing})[0]))
    assert text == "1 of 6 rounds is left out; the first because: the worker died."
    untried = [{"cell": cell, "round": number, "reason": UNTRIED} for number in (6, 7)]
    text = said(replace(sound_run, about=about_from({"missing": missing + untried})[0]))
    assert text == "1 of 8 rounds is left out; the first because: the worker died. 2 were not tried after that."
    assert said(replace(sound_run, about=about_from({"missing": ["?", None]})[0])) == ""


def test_too_few_calls_for_a_median_are_named(make_run, pair):
    """One call in each of four rounds."""
    assert "4 answered calls are too few" in said(make_run(pair[:1], 100, rounds=4, calls=1))


def test_a_cold_first_call_is_named_with_what_was_tried(sound_run):
    """The client needed 50 ms more for the first call of every round."""

    def cold(call):
        return replace(call, done=call.done + 50 * MS) if call.index == 0 else call

    text = said(calls(sound_run, cold))
    assert "first call of a round cost 26 times" in text
    assert "although 0 warm-up calls came before it" in text


def test_a_first_call_that_is_only_a_little_dearer_is_no_doubt(sound_run):
    """Nine milliseconds on a hundred are four times the usual two, and lost in the noise."""

    def cool(call):
        return replace(call, done=call.done + 9 * MS) if call.index == 0 else call

    assert "first call" not in said(calls(sound_run, cool))


def test_calls_held_back_between_client_and_server_are_named(sound_run):
    """Four in flight for the caller, two for the server: threads, or a connection limit."""
    assert "4 calls were in flight for the caller, but the server never saw more than 2" in said(
        slots(sound_run, peak=2)
    )


def test_a_strategy_that_makes_one_call_at_a_time_is_not_held_back(make_run, pair):
    """A loop over `invoke` at a concurrency of 16 has one call in flight on both sides."""
    single = replace(pair[0], concurrency=1)
    run = make_run([single], lambda _cell, turn, _index: 100 + turn)
    asked = replace(pair[0], strategy="invoke", concurrency=16)
    renamed = replace(
        run,
        cells=(asked,),
        slots=tuple(replace(slot, cell=asked.id) for slot in run.slots),
        calls=tuple(replace(call, cell=asked.id) for call in run.calls),
    )
    assert "held back" not in said(renamed).lower()


def test_more_in_flight_than_was_asked_for_is_named(sound_run):
    """A limit that does not hold makes every comparison at this concurrency a wrong one."""
    assert "The server saw 9 requests in flight where 4 were asked for" in said(slots(sound_run, peak=9))


def test_a_call_of_two_requests_may_have_both_in_flight(sound_run):
    """A parallel chain at 4 in flight may show the server 8."""

    def doubled(call):
        return replace(call, served=call.served * 2)

    assert "were asked for" not in said(calls(slots(sound_run, peak=8, requests=80), doubled))


def test_lost_journal_entries_are_named(sound_run):
    """What the journal lost is missing from the shares of the time."""
    assert "lost 15 entries" in said(slots(sound_run, dropped=3))


def test_calls_that_are_missing_from_the_file_are_named(sound_run):
    """Books that do not balance are no basis for anything."""
    assert "200 calls were made but 199 are on record" in said(replace(sound_run, calls=sound_run.calls[1:]))


def test_a_client_behind_its_schedule_is_named(sound_run):
    """Open loop: calls left 40 ms after they were due."""
    assert "40.0 ms or more after they were due" in said(
        calls(sound_run, lambda call: replace(call, due=call.sent - 40 * MS))
    )


def test_rounds_that_disagree_are_named(make_run, pair):
    """Every other round takes twice as long, though the server had planned the same for each."""
    run = make_run(pair[:1], lambda _cell, turn, _index: 100 * (1 + turn % 2))

    def same(call):
        return replace(call, served=(replace(call.served[0], planned=[50 * MS], written=[50 * MS]),))

    assert "The rounds disagree: overlap efficiency may be as low as " in said(calls(run, same))
    without = calls(slots(run, peak=None, requests=None), lambda call: replace(call, served=()))
    assert "The rounds disagree: throughput may be as low as " in said(without)


def test_rounds_that_disagree_by_thousands_are_told_without_powers_of_ten(make_run, pair):
    """Calls of 0.5 and 1 ms, four in flight, are about 4,000 and 8,000 a second."""
    run = make_run(pair[:1], lambda _cell, turn, _index: 0.5 * (1 + turn % 2))
    bare = calls(slots(run, peak=None, requests=None), lambda call: replace(call, served=()))
    assert re.search(r"as low as \d,\d{3} and as high as \d+,\d{3} calls a second", said(bare))


def test_rounds_whose_latencies_were_drawn_longer_do_not_disagree(make_run, pair):
    """Every other round is planned twice as long, and takes twice as long: that is the draw."""
    run = make_run(pair[:1], lambda _cell, turn, _index: 100 * (1 + turn % 2))
    assert "disagree" not in said(run)


def test_a_server_without_a_journal_leaves_only_what_the_client_knows(sound_run):
    """Another server than ours: no peak, no shares, and no doubt made of what is unknown."""
    run = calls(
        slots(sound_run, peak=None, requests=None, dropped=None, steal=None), lambda c: replace(c, served=())
    )
    assert said(run) == ""


def test_every_doubt_is_a_sentence(sound_run):
    """They stand in a report as they are."""
    run = slots(calls(sound_run, lambda call: replace(call, error="x")), peak=99, dropped=1, steal=0.5)
    doubts = summarise(run).cells[0].doubts
    assert len(doubts) >= 4
    assert all(not each[0].islower() and each.endswith(".") for each in doubts)


def test_how_the_requests_of_an_own_application_were_joined_is_told(sound_run):
    """By time, or not at all; and that it made none."""
    assert "5 of 200 requests did not carry the tag of the call in flight" in said(
        slots(sound_run, by_time=1, untold=0, requests=40)
    )
    lost = said(slots(sound_run, by_time=3, untold=4, untagged=8, requests=16))
    assert "20 of 200 calls, warm-up included, could not be joined" in lost
    assert "40 of 80 requests carried no tag of theirs" in lost
    load = said(slots(sound_run, untold=4, requests=16))
    assert "not be joined with their requests: what the server knew of them was lost, so who owned" in load
    load = said(slots(sound_run, untold=4, untagged=8, requests=16))
    assert "not be joined with their requests: requests carried no tag of a call, so who owned" in load
    assert "by time" not in lost


def test_an_own_application_whose_calls_made_no_request_is_named(sound_run):
    """A cache is as likely as somebody else who was asked."""
    own = replace(sound_run.cells[0], client="own")
    run = calls(sound_run, lambda call: replace(call, cell=own.id, served=() if call.index < 3 else call.served))
    run = slots(replace(run, cells=(own,)), cell=own.id, untold=0, requests=37)
    assert "15 of 200 calls made no request at all" in said(run)


def test_what_an_application_leaves_behind_is_told_if_most_rounds_do(sound_run):
    """What a library starts once a process is seen in one round only."""
    once = replace(sound_run, slots=(replace(sound_run.slots[0], threads=1), *sound_run.slots[1:]))
    assert said(once) == ""
    assert "left 1 thread and 3 tasks behind" in said(slots(sound_run, threads=1, tasks=3))


def test_what_was_odd_before_the_run_is_told_first(sound_run):
    """As run.json has it of the cell's scenario."""
    about = {"scenarios": {sound_run.cells[0].scenario: {"notes": ["It returned nothing."]}}}
    assert said(replace(sound_run, about=about_from(about)[0])) == "It returned nothing."


@pytest.mark.parametrize(("tool", "doubted"), [(50, True), (1, False)])
def test_an_applications_own_steps_are_no_waste(sound_run, tool, doubted):
    """Two requests with a tool between them: half of a call's time, or a hundredth."""

    def agent(call):
        long = (call.done - call.sent - tool * MS) // 2
        two = tuple(
            replace(call.served[0], received=at, planned=[long], written=[long])
            for at in (call.sent, call.done - long)
        )
        return replace(call, served=two)

    text = said(calls(sound_run, agent))
    assert ("is not all waste" in text) == doubted


def test_a_batch_whose_calls_are_held_back_is_named(sound_run):
    """Handed over in one go, 4 at a time were asked for, and the server saw one."""
    run = slots(calls(sound_run, lambda call: replace(call, together=True)), peak=1)
    text = said(run)
    assert "in one go 4 could run at once, but the server never saw more than 1." in text
    assert "or the first calls ended before the last were sent" in text
    assert "were in flight for the caller" not in text


def test_calls_that_the_server_refuses_at_once_are_not_held_back(sound_run):
    """All but one in a slot are answered with an error as soon as they arrive; the server sees one at a time."""

    def refused(call):
        at_once = (replace(call.served[0], planned=[], written=[]),)
        return call if call.index == 0 else replace(call, served=at_once, error="HTTP 500")

    held = said(slots(sound_run, peak=1))
    assert "Held back" in held
    # Calls that wait to be made once more are in flight for their caller, and no queue holds them.
    assert "Something between them holds calls back, such as" in held
    assert "the pause before a retry" in held
    assert "Held back" not in said(slots(calls(sound_run, refused), peak=1))
