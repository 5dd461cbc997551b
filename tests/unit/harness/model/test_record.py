"""What is known about one call, and what follows from it, worked by hand."""

from array import array

import pytest

from overlap.harness.model.record import Call, Cell, Served


def made(**facts) -> Call:
    """A call sent at 130 whose chunks came at 150, 160 and 190, done at 195."""
    return Call(**{"cell": "s", "round": 0, "index": 0, "sent": 130, "done": 195, "chunks": [20, 30, 60]} | facts)


def served(tokens: int | None = 3, status: int = 200) -> Served:
    """A request that the server answered with *tokens* tokens."""
    return Served(131, [10], [12], 13, status=status, tokens=tokens)


def test_in_an_open_loop_latency_counts_from_when_the_call_was_due():
    """Due 100, sent 130, chunks 150 160 190, done 195: the caller waited since 100."""
    call = made(due=100)
    assert (call.start, call.lag, call.ttft, call.e2e) == (100, 30, 50, 95)


def test_in_a_closed_loop_latency_counts_from_sending():
    """Nobody wanted the call any earlier, so there is no schedule to lag behind."""
    call = made()
    assert (call.start, call.lag, call.ttft, call.e2e) == (130, None, 20, 65)


def test_gaps_are_taken_one_by_one():
    """ITL is each gap; TPOT spreads the whole stretch over the tokens after the first."""
    call = made(served=(served(tokens=3),))
    assert call.itl == [10, 30]
    assert call.tpot == 20


def test_tpot_counts_tokens_and_not_chunks():
    """Two tokens may share a chunk: five tokens in three chunks are four gaps."""
    assert made(served=(served(tokens=5),)).tpot == 10


@pytest.mark.parametrize("chunks", [(), array("q")])
def test_without_a_stream_nothing_is_said_about_its_chunks(chunks):
    """Unknown is None, never 0."""
    call = made(chunks=chunks, served=(served(),))
    assert (call.ttft, call.itl, call.tpot) == (None, None, None)


def test_one_chunk_has_a_first_but_no_gap():
    """TTFT is known, ITL and TPOT are not."""
    call = made(chunks=[20], served=(served(),))
    assert (call.ttft, call.itl, call.tpot) == (20, None, None)


def test_a_one_token_answer_has_no_time_per_further_token():
    """There is nothing to divide by; vLLM writes 0 here."""
    assert made(served=(served(tokens=1),)).tpot is None


def test_without_a_journal_tokens_and_attempts_are_unknown():
    """Another server keeps no books for us."""
    call = made()
    assert (call.output_tokens, call.attempts, call.tpot) == (None, None, None)


def test_a_failed_call_has_no_latency():
    """The moment of an error says nothing about when an answer would have come."""
    assert made(error="APITimeoutError").e2e is None


def test_retries_are_counted_and_their_errors_carry_no_tokens():
    """A 500 and then an answer: two requests, the answer's tokens."""
    call = made(served=(served(tokens=None, status=500), served(tokens=50)))
    assert (call.attempts, call.output_tokens) == (2, 50)
    refused = made(served=(served(tokens=7, status=429),))
    assert refused.output_tokens is None


def test_a_chain_of_requests_adds_up_their_tokens():
    """Two model steps in one call."""
    assert made(served=(served(tokens=20), served(tokens=30))).output_tokens == 50


def test_lateness_is_the_last_writes_and_unknown_where_it_was_never_made():
    """Planned 10 20, written 11 25: five late. A stream that was cut was not late, it was cut."""
    assert Served(0, [10, 20], [11, 25], 30).lateness == 5
    assert Served(0, [10, 20], [11], 12).lateness is None
    assert Served(0, [], [], 12).lateness is None


def test_a_cells_name_says_what_it_holds_fixed():
    """The name stands in every file and report."""
    assert Cell("fan_out", "chain", "gather", "uvloop", 16, "steady").id == "fan_out/chain/gather/uvloop/16"


def stream(tokens, gap=10, written=None, choices=1):
    """A streamed request of so many tokens a choice, *gap* apart, of which *written* were sent."""
    planned = [gap * (token + 1) for token in range(tokens)]
    sent = planned if written is None else planned[:written]
    return Served(0, planned, sent, tokens * gap, tokens=tokens * choices, stream=True)


def test_tokens_of_a_step_that_was_not_streamed_are_not_in_tpot():
    """A step of 80 tokens comes whole, then 20 are streamed 10 apart: 10 a token, and not 190 / 99."""
    whole = Served(0, [250], [250], 250, tokens=80)
    call = made(chunks=[300 + 10 * token for token in range(20)], served=(whole, stream(20)))
    assert (call.tpot, call.output_tokens) == (10, 100)


def test_with_two_streams_nobody_knows_which_tokens_lie_between_the_chunks():
    """A retry after a cut: the first attempt's ten tokens count as sent, and TPOT is not known."""
    call = made(chunks=[10 * token for token in range(60)], served=(stream(50, written=10), stream(50)))
    assert (call.tpot, call.output_tokens) == (None, 60)


def test_an_answer_that_was_cut_has_the_tokens_that_were_sent():
    """Ten of fifty, 10 apart."""
    call = made(chunks=[10 * token for token in range(10)], served=(stream(50, written=10),))
    assert (call.tpot, call.output_tokens) == (10, 10)


def test_of_several_choices_tpot_takes_one_and_throughput_all():
    """Three choices of 20 tokens, 10 apart, side by side."""
    chunks = [10 * token for token in range(20) for _ in range(3)]
    call = made(chunks=chunks, served=(stream(20, choices=3),))
    assert (call.tpot, call.output_tokens) == (10, 60)
    assert stream(20, written=5, choices=3).sent_tokens == 15


def test_a_reasoning_models_first_token_and_its_first_answer_token_are_two():
    """Thinking is seen after 100, the answer after 9,000."""
    call = made(chunks=[9000, 9010], reasoning=100, done=9200)
    assert (call.ttft, call.first_answer) == (100, 9000)
    plain = made()
    assert (plain.ttft, plain.first_answer) == (20, None)


def test_usage_of_several_answers_has_no_tpot():
    """What two answers told together is not the length of the one that was streamed."""
    assert made(usage=5).tpot == 10
    assert made(usage=5, answers=2).tpot is None
