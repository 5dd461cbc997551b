"""Each sentence of the gate is true of the data beside it: tried with data that would make it false."""

import re
from dataclasses import replace
from math import exp, inf, log
from random import Random

import pytest

from overlap.harness.gate import view
from overlap.harness.gate.judge import judge, judge_series
from overlap.harness.gate.meaning import meaning
from overlap.harness.gate.record import Arm, Control, GateRule, GateRun, RoundPair, Series
from overlap.harness.gate.telling import compose, files
from overlap.harness.report.formats import markdown
from overlap.harness.text.percentages import change

RULE = GateRule()


def timed(ratio, rounds=16, noise=0.02, better="lower", cell="a", metric="cpu", **more):
    """Make a series with that ratio."""
    rng = Random(f"{ratio} {rounds} {noise} {cell}")
    pairs = []
    for number in range(rounds):
        base = 5e6 * exp(rng.gauss(0, noise))
        pairs.append(RoundPair(number, ("BC", "CB")[number % 2], base, base * ratio * exp(rng.gauss(0, noise))))
    return Series(cell, metric, "ns", "timed", better, tuple(pairs), **more)


def counts(bases, candidates, metric="requests_per_call", better="lower"):
    """Make a series of counts."""
    pairs = [
        RoundPair(i, ("BC", "CB")[i % 2], float(a), float(b))
        for i, (a, b) in enumerate(zip(bases, candidates, strict=True))
    ]
    return Series("a", metric, "", "exact", better, tuple(pairs))


def run(*series, **more):
    """Make a run of *series*, every cell declared."""
    arm = Arm("x", "x")
    cells = tuple(dict.fromkeys(each.cell for each in series))
    rounds = max((len(each.pairs) for each in series), default=0)
    return GateRun(
        **{"base": arm, "candidate": arm, "rule": RULE, "declared": cells, "series": series, "rounds": rounds}
        | more
    )


def number(words):
    """Return the number at the beginning of *words*, with the half of its last digit."""
    digits = re.match(r"[-+]?[\d,]*\.?\d+", words)[0].replace(",", "")
    decimals = len(digits.partition(".")[2])
    return float(digits), 0.5 * 10**-decimals


def agrees(values, change):
    """Whether "from → to" and "change" say the same, but for the rounding of each."""
    if change in {"equal", "\N{EN DASH}"}:
        return "→" not in values or change != "equal"
    (start, a), (end, b) = (number(part) for part in values.split(" → ")) if "→" in values else ((1, 0), (1, 0))
    told, c = number(change)
    share, off = (told, c) if change.endswith("times") else (told / 100 + 1, c / 100)
    low, high = (end - b) / (start + a), (end + b) / (start - a) if start > a else inf
    return low - off <= share <= high + off


def every_kind():
    """Series of every kind and verdict, with drift that sets the medians of the sides apart."""
    return (
        timed(1.3, cell="slower", noise=0.15),
        timed(1.3, cell="rate", noise=0.15, better="higher"),
        timed(0.7, cell="faster", noise=0.15),
        timed(1.0, cell="same", noise=0.15),
        timed(1.02, 5, cell="few", noise=0.15),
        timed(40.0, cell="times", noise=0.15),
        timed(1.1, cell="either", noise=0.15, better="neither"),
        replace(counts([1] * 16, [2] * 16), cell="twice"),
        replace(counts([1] * 16, [1] * 16), cell="equal"),
        replace(counts([4, 5] * 8, [5, 4, 6, 5] * 4), cell="varies"),
        replace(counts([1] * 20, [1, 1, 1, 1, 2] * 4), cell="rare"),
        replace(counts([1] * 4, [2] * 4), cell="early"),
    )


def rows_of(name, told):
    """Return (from → to, change) of each row that a format shows."""
    if name == "terminal":
        lines = files(told, "terminal")["gate.txt"].splitlines()
        row = re.compile(r"(\S+(?: → \S+)?)(?: [µmn]?s)? +(equal|[-+]?[\d.]+ (?:%|times)|\N{EN DASH})(?: |$)")
        shown = [line for line in lines if line.startswith(" ") and re.search(r"(CPU|requests) per call  ", line)]
        return [found.groups() for line in shown if (found := row.search(line))]
    if name == "markdown":
        table = [line.split(" | ") for line in markdown.text(compose(told)).splitlines() if line.startswith("| ")]
        return [(cells[3], cells[4].partition(" (")[0]) for cells in table if len(cells) == 8][1:]
    if name == "html":
        table = compose(told).sections[0].table
        return [(row[3].text, row[4].text) for row in table.rows]
    cases = re.findall(
        r'(?:message="|<system-out>)[a-zA-Z ]+? ((?:equal|[-+][\d.]+ %|[\d.]+ times|0\.0 %)[^,]*), ([^:]+):',
        files(told, "junit")["gate-junit.xml"],
    )
    return [(values, re.sub(r" \(.*", "", change)) for change, values in cases]


@pytest.mark.parametrize("name", ["terminal", "markdown", "html", "junit"])
def test_whoever_divides_to_by_from_finds_the_change(name):
    """A reviewer computes one row by hand; the medians of either side alone would disagree."""
    told = judge(run(*every_kind()))
    rows = rows_of(name, told)
    assert len(rows) == 12, rows
    for values, shown in rows:
        assert agrees(values, shown), (values, shown)


def test_the_check_itself_finds_what_disagrees():
    """The row that made reviewers mistrust the rest: 20.8 to 26.3 is 26.4 % more, not 32.4."""
    assert not agrees("20.8 → 26.3 ms", "+32.4 %")
    assert agrees("20.8 → 26.3 ms", "+26.4 %")
    assert not agrees("1 → 2", "equal")


def test_the_medians_of_the_sides_disagree_with_the_paired_change():
    """Or the tests above would show nothing."""
    [judged] = judge(run(timed(1.3, cell="slower", noise=0.15))).judged
    base, candidate = (
        sorted(getattr(pair, arm) for pair in judged.series.pairs)[8] for arm in ("base", "candidate")
    )
    assert abs(candidate / base - judged.ratio) > 0.02
    assert judged.candidate / judged.base == pytest.approx(judged.ratio)


@pytest.mark.parametrize("better", ["lower", "higher", "neither"])
@pytest.mark.parametrize("ratio", [0.5, 0.9, 0.985, 1.0, 1.015, 1.1, 2.0])
@pytest.mark.parametrize("rounds", [1, 2, 5, 6, 7, 9, 12, 20, 80])
def test_an_undecided_sentence_agrees_with_its_interval_and_its_sign(better, ratio, rounds):
    """Its change is that of the row, its side the one on which the interval lies, and nothing denies that."""
    for noise in (0.002, 0.02, 0.1):
        judged = judge_series(timed(ratio, rounds, noise, better), RULE, 60)
        assert change(judged.ratio) in judged.why
        if judged.verdict != "inconclusive":
            continue
        clear = judged.low is not None and not judged.low <= 1 <= judged.high
        assert ("likely" in judged.why) == clear, judged.why
        assert not (clear and "nothing could have been seen" in judged.why)
        if clear and better != "neither":
            worse = (judged.low > 1) == (better == "lower")
            assert f"likely {'worse' if worse else 'better'}" in judged.why


def test_an_interval_clear_of_zero_is_likely_worse_and_says_what_settles_it():
    """Seven rounds cannot carry the evidence for sixty series; the interval is beyond doubt all the same."""
    judged = judge_series(timed(1.38, 7), RULE, 60)
    assert judged.verdict == "inconclusive"
    assert judged.mde is None
    likely, outlook = judged.why.split("; ")
    assert re.fullmatch(r"likely worse, not yet certain: \+\d\d\.\d % \(\+\d.*…\+\d.*\)", likely)
    found = re.fullmatch(r"about (\d+) more rounds like these would show that it is worse", outlook)
    assert found, judged.why
    more = int(found[1])
    assert judge_series(timed(1.38, 7 + more), RULE, 60).verdict == "regressed"
    assert judge_series(timed(1.38, 7 + more - 2), RULE, 60).verdict == "inconclusive"


@pytest.mark.parametrize("ratio", [0.99, 1.0, 1.01])
def test_what_is_undecided_says_how_many_rounds_would_pass_it(ratio):
    """The same rounds again and again: after as many as were foretold it passes, give or take a few."""
    short = timed(ratio, 5, 0.015)
    judged = judge_series(short, RULE, 60)
    more = int(
        re.search(r"about (\d+) more rounds? like these would show that it is not 5 % worse", judged.why)[1]
    )
    pairs = tuple(replace(short.pairs[i % 5], round=i) for i in range(2 * more + 5))
    verdicts = [judge_series(replace(short, pairs=pairs[:n]), RULE, 60).verdict for n in range(5, len(pairs))]
    assert abs(verdicts.index("pass") - more) <= max(2, more // 2)


def test_more_rounds_than_are_allowed_are_said_to_be_more():
    """At a noise of 30 % a round eighty rounds do not show a change of 3 %."""
    judged = judge_series(timed(1.005, 20, 0.3), replace(RULE, max_rounds=20), 60)
    assert judged.verdict == "inconclusive"
    assert "20 are allowed" in judged.why or "like these" not in judged.why


@pytest.mark.parametrize(("rounds", "words"), [(1, "1 round"), (2, "each of 2 rounds")])
def test_counts_agree_with_their_number(rounds, words):
    """And say how many rounds make a difference certain."""
    judged = judge_series(counts([1] * rounds, [2] * rounds), RULE, 1)
    assert judged.why == f"1 became 2, in {words}; 6 rounds make it certain"


@pytest.mark.parametrize("hypotheses", [1, 100, 103, 1000])
def test_a_different_count_is_certain_after_as_many_rounds_as_it_says(hypotheses):
    """Six, or more where there are more series."""
    told = judge_series(counts([1], [2]), RULE, hypotheses).why
    needed = int(re.search(r"(\d+) rounds make", told)[1])
    assert judge_series(counts([1] * needed, [2] * needed), RULE, hypotheses).verdict == "regressed"
    assert judge_series(counts([1] * (needed - 1), [2] * (needed - 1)), RULE, hypotheses).verdict == "inconclusive"


def test_a_count_that_varies_is_not_equal_because_its_typical_value_is():
    """One call in five needs a second request: 1 to 1.2, never "equal"."""
    judged = judge_series(counts([1] * 60, [1, 1, 1, 1, 2] * 12), RULE, 1)
    assert (judged.base, judged.candidate) == (1.0, 1.2)
    assert view.line(judged).change == "+20.0 %"
    level = judge_series(counts([1, 2] * 10, [2, 1] * 10), RULE, 1)
    assert view.line(level).change == "0.0 %"


def test_a_pass_is_said_for_each_kind_of_series_with_its_own_bound():
    """5 % for times, 20 % for their tails, and of counts the chance that a rare change was missed."""
    tail = timed(1.0, 30, metric="overhead.p95", bound=0.2)
    both = judge(run(timed(1.0, 30), tail, counts([1] * 3, [1] * 3)))
    assert both.verdict == "pass"
    assert meaning(both) == (
        "What pass means: a slowdown of 5 % in a series (20 % in overhead p95) would have been passed with "
        "probability at most 5 %. A count passes where it is equal in every round, 3 or more here: a change that "
        "shows in one round of 10 would have been missed with probability 72.9 %."
    )
    assert "a slowdown of 20 % in overhead p95 would have" in meaning(judge(run(tail)))
    assert "slowdown" not in meaning(judge(run(counts([1] * 30, [1] * 30))))
    assert "with probability 4.2 %" in meaning(judge(run(counts([1] * 30, [1] * 30))))
    varies = meaning(judge(run(counts([32, 33] * 30, [33, 32] * 30))))
    assert "varies" in varies
    assert "equal in every round" not in varies


def test_the_chance_of_a_missed_count_is_what_simulation_finds():
    """One extra request in every tenth round: three rounds miss it in 73 of 100 runs."""
    rng = Random(5)
    missed = 0
    for _ in range(2000):
        drawn = [1 + (rng.random() < 0.1) for _ in range(3)]
        missed += judge_series(counts([1] * 3, drawn), RULE, 1).verdict == "pass"
    assert missed / 2000 == pytest.approx(0.729, abs=0.03)


def test_the_mark_of_a_row_is_its_own_bound():
    """The p95 has 20 %: a mark at 5 % would promise what its pass does not."""
    told = judge(run(timed(1.0, 40, 0.06), timed(1.0, 40, 0.06, metric="overhead.p95", bound=0.2)))
    lines = [line for line in files(told, "terminal")["gate.txt"].splitlines() if "●" in line]
    places = {line.split()[1]: line.find("┊") for line in lines}
    assert places["overhead"] > places["CPU"] or places["overhead"] == -1
    assert "20 % in overhead p95" in " ".join(files(told, "terminal")["gate.txt"].split())


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_an_interrupted_control_is_not_judged(share):
    """Neither caught nor missed: whoever pressed Ctrl-C has found no fault of the gate."""
    control = Control("inject", cell="a", share=0.2)
    told = judge(run(timed(1.0, 4), timed(1.0, 4, cell="b"), control=control, interrupted=True))
    assert (told.verdict, told.exit_code) == ("inconclusive", 3)
    assert told.why == "the self-test is not judged: the 20 % slowdown planted in a was not found so far"
    caught = judge(run(timed(1.2), timed(1.0, 4, cell="b"), control=control, interrupted=True))
    assert (caught.verdict, "found so far" in caught.why) == ("inconclusive", True)
    alike = judge(run(timed(1.0, 16 if share else 4), control=Control("aa"), interrupted=True))
    assert alike.verdict == "inconclusive"
    assert alike.why.startswith("the self-test is not judged: ")


def test_an_interrupted_control_that_has_called_the_wrong_cell_has_failed():
    """That needs no further round."""
    control = Control("inject", cell="a", share=0.2)
    assert judge(run(timed(1.0, 4), timed(1.2, cell="b"), control=control, interrupted=True)).verdict == "invalid"
    assert judge(run(timed(1.2), control=Control("aa"), interrupted=True)).verdict == "invalid"


@pytest.mark.parametrize("form", ["terminal", "markdown", "junit"])
def test_the_interruption_is_the_first_that_is_told(form):
    """Not the last of eighty lines."""
    told = judge(run(timed(1.0, 4), interrupted=True))
    first = "interrupted after 4 of at most 80 rounds: 1 of 1 series is undecided"
    assert view.answer(told).startswith(first)
    text = files(told, form)
    assert first in " ".join(next(iter(text.values())).split())[:400]


def test_a_run_that_was_interrupted_in_its_first_round_is_a_sentence_and_no_table():
    """Fifty-eight rows of dashes look like a crash."""
    told = judge(run(timed(1.0, 0), counts([], []), interrupted=True))
    assert told.verdict == "invalid"
    answer = "interrupted before the first round had ended: no round was measured to its end"
    for text in (files(told, "terminal")["gate.txt"], markdown.text(compose(told))):
        assert answer in " ".join(text.split())
        assert "→" not in text


def test_verbs_agree_with_their_numbers():
    """One is, two are."""
    one = judge(run(timed(1.0, 4), timed(1.0, 30, cell="b")))
    assert one.why.startswith("1 of 2 series is undecided: ")
    two = judge(run(timed(1.0, 4), timed(1.0, 4, cell="b")))
    assert two.why.startswith("2 of 2 series are undecided: ")
    single = judge(run(timed(1.0, 30), disturbed={0: "steal"}))
    assert "1 of 30 rounds was disturbed and does not count." in single.doubts


def test_the_evidence_needed_is_what_the_rule_needs():
    """Where either way is worse two nulls are tried, and twice as much is needed."""
    for better, factor in (("lower", 1), ("neither", 2)):
        judged = judge_series(timed(1.3, 40, better=better), RULE, 6)
        assert f"of {6 / RULE.alpha * factor:g} needed" in judged.why
        assert judged.e_slower >= 6 / RULE.alpha * factor


def test_a_value_of_nothing_has_no_ratio_that_could_contradict_it():
    """3 ms became nothing: no percentage is told."""
    gone = timed(1.0)
    gone = replace(gone, pairs=tuple(replace(pair, candidate=0.0) for pair in gone.pairs))
    [judged] = judge(run(gone)).judged
    assert (judged.verdict, judged.ratio, judged.candidate) == ("improved", None, 0.0)
    assert "no ratio" in judged.why
    assert log(judged.e_faster) > log(20)


def test_lists_of_cells_agree_with_their_number():
    """Two cells were, one was."""
    cells = [timed(1.0, cell=name) for name in "abc"]
    one, two = (judge(run(*cells, declared=("a", "b", "c", *more))) for more in (("d",), ("d", "e")))
    assert (one.why, two.why) == ("d was declared and not measured", "d, e were declared and not measured")
    control = Control("inject", cell="a", share=0.2)
    slower = [timed(1.3, cell=name) for name in "abc"]
    assert judge(run(*slower, control=control)).why == "a was caught, but so were b, c"
    assert judge(run(cells[0], *slower[1:], control=control)).why.endswith(
        "was not caught; b, c were called instead"
    )


def test_an_inconclusive_run_speaks_of_its_undecided_series_alone():
    """Of the others a slowdown may well be excluded."""
    told = judge(run(timed(1.0, 4), timed(1.0, 30, cell="b")))
    assert {each.verdict for each in told.judged} == {"inconclusive", "pass"}
    assert meaning(told).startswith("What inconclusive means: of some series neither")
