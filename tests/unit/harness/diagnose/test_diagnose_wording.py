"""What a developer reads: the answer first, each gain in a sentence, what buys nothing with its bound."""

import pytest

from overlap.harness.diagnose.judge import Effect
from overlap.harness.diagnose.phrases import Cause, answer, ends, failing, gain, least
from overlap.harness.diagnose.virtual_speedup import faster
from overlap.harness.report.figures import DASH

MS = 1e6


def found(name, effect, kind="trap"):
    """A finding called *name*."""
    return Cause(name, kind, f"does {name}", f"the {name}", f"app.py:3: mend the {name}", effect)


STARVED = Effect("executor", "p95", "buys", 5, 962 * MS, 26 * MS, 37.0, 30.0, 45.0)
QUICKER = Effect("transport", "cpu", "buys", 5, 3 * MS, 2 * MS, 1.5, 1.4, 1.6)


def test_the_answer_names_the_worst_trap_and_what_it_buys():
    """One sentence says what is in the way, what it costs, and the line to change."""
    said = answer(
        [found("executor", STARVED), found("limit", QUICKER), found("transport", QUICKER, "tuning")], [], []
    )
    assert said == (
        "In the way: the executor. Without it latency p95 falls from 962 to 26.0 ms (37.0 times, "
        f"30.0{DASH}45.0). app.py:3: mend the executor. 1 more below."
    )


OPEN = Effect("semaphore", "p95", "nothing", 5, 30 * MS, 28 * MS, 1.07, 0.52, 2.2222)
SMALL = Effect("tracing", "p95", "nothing", 5, 30 * MS, 30 * MS, 1.0, 0.97, 1.0309)


def test_a_tuning_is_no_trap_and_what_was_not_shown_may_still_be_there():
    """What is merely cheaper is not in the way; 1 - 1 / 2.2222 of the latency may yet be saved."""
    assert answer([found("transport", QUICKER, "tuning")], [SMALL, OPEN], []) == (
        "No trap was shown in 2 changes that were tried one at a time. The largest saving that is still possible "
        "is at most 55 % of latency p95 (semaphore)."
    )


def test_what_is_wrong_is_said_even_if_no_change_was_shown_to_help():
    """An event loop that is held is no fine application."""
    said = answer([], [SMALL], ["The event loop was held 97 % of the time at app.py:5."])
    assert said.endswith("(tracing). The event loop was held 97 % of the time at app.py:5.")


def test_with_nothing_to_try_nothing_is_counted():
    """No change is no proof either."""
    assert answer([], [], []) == "No trap was shown: the watched run gave no reason to try a change."


def test_what_was_not_measured_is_named():
    """It is not among what was shown to save nothing."""
    assert answer([], [Effect("retries", "p95", "unknown", 0)], []).endswith("Nothing is known of retries.")


def test_calls_that_fail_without_their_retries_are_told():
    """A gain that is paid for with errors says so."""
    effect = Effect("retries", "p95", "buys", 5, 962 * MS, 26 * MS, 37.0, 30.0, 45.0, errors=(0.0, 8.0))
    assert gain(effect).endswith(", and 8.00 calls a slot fail instead of 0")


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Effect("loop", "cpu", "nothing", 5, MS, MS, 1.0, 0.96, 1.0417), "at most 4 % of CPU per call"),
        (Effect("loop", "cpu", "costs", 5, MS, 2 * MS, 0.5, 0.4, 0.6), "at most 0 % of CPU per call"),
        (Effect("loop", "cpu", "unknown", 0), "not measured"),
        (Effect("limit", "p95", "unknown", 2, 2545 * MS, 2609 * MS), "latency p95 2,545 → 2,609 ms"),
    ],
)
def test_what_buys_nothing_says_how_much_it_may_still_buy(effect, said):
    """A gain that was not seen is not one that cannot be: the interval bounds it."""
    assert least(effect) == said


@pytest.mark.parametrize(
    ("profile", "twice"),
    [
        ("steady,ttft=0.1,itl=0.02", "steady,ttft=0.05,itl=0.01"),
        ("lognormal,ttft=0.1,itl=0.02,sigma=0.4", "lognormal,ttft=0.05,itl=0.01,sigma=0.4"),
        ("steady, ttft = 0.1, itl = 0.02", "steady,ttft=0.05,itl=0.01"),
        ("steady,ttft=0.1,itl=0.02,fast", None),
        ("lognormal,ttft=0.1", None),
        ("empirical,path=waits.txt,ttft=1,itl=1", None),
        ("steady,ttft=fast,itl=1", None),
    ],
)
def test_a_profile_is_made_faster_where_all_its_times_are_known(profile, twice):
    """What is not spelled out cannot be halved, and is not pretended to be."""
    assert faster(profile, 2) == twice


def test_failed_calls_are_in_the_answer_before_no_trap_was_shown():
    """Who fails more comes first; an intervention under which as many fail is not named."""
    said = failing((5, 48), {"executor": (0, 48), "uvloop": (5, 48), "tracing": (9, 48)})
    assert (
        said
        == "5 of 48 calls of the unchanged application failed; 9 of 48 with tracing and 0 of 48 with executor."
    )
    assert answer([], [SMALL], [], said).startswith(f"{said} No trap was shown in 1 change")
    assert answer([found("executor", STARVED)], [], [], said).endswith(said)
    assert failing((5, 48), {"uvloop": (5, 48)}).endswith("failed, and as many with every change.")
    assert failing((0, 48), {"uvloop": (0, 48)}) == ""


def test_a_figure_that_failed_calls_hide_is_not_called_unmeasured():
    """It was measured, and is not known."""
    assert least(Effect("loop", "p95", "unknown", 0, errors=(5.0, 0.0))) == "unknown, since calls failed"


def test_a_gain_that_is_shown_never_reads_as_none():
    """An interval that begins above 1 does not begin at 1.00."""
    effect = Effect("loop", "cpu", "buys", 5, 3 * MS, 2.9 * MS, 1.04, 1.003, 1.07)
    assert gain(effect).endswith(f"(1.04 times, 1.003{DASH}1.070)")
    assert ends(effect)[1] == f"1.04 (1.003{DASH}1.070)"
