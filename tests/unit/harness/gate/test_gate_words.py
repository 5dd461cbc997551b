"""How the gate's numbers, intervals and sentences read."""

import re

import pytest

from overlap.harness.gate import plot, view
from overlap.harness.gate.meaning import meaning
from overlap.harness.gate.record import (
    TRIAL,
    Arm,
    Control,
    GateOutcome,
    GateRule,
    GateRun,
    JudgedSeries,
    Missing,
    Series,
)
from overlap.harness.gate.sanitize import clean
from overlap.harness.gate.telling import files
from overlap.harness.report.formats.terminal import ASCII
from overlap.harness.text.numerals import number, whole
from overlap.harness.text.percentages import change, percent, span
from overlap.harness.text.units import fitting, from_to


def judged(cell="a", metric="cpu", verdict="pass", ratio=1.0, low=None, high=None, kind="timed", **more):
    """Make the verdict on one series."""
    series = Series(cell, metric, "ns" if kind == "timed" else "", kind, "lower")
    return JudgedSeries(
        series, verdict, "because", 12, more.pop("base", 1e6), more.pop("candidate", 1e6), ratio, low, high
    )


def outcome(*found, verdict="pass", why="why", **more):
    """Make an outcome of verdicts."""
    arms = {"base": Arm("main", "main"), "candidate": Arm(".", "tree")} | more
    run = GateRun(**arms, rule=GateRule(), declared=tuple({each.series.cell for each in found}), series=())
    return GateOutcome(run, verdict, why, found)


@pytest.mark.parametrize(
    ("unit", "base", "candidate", "told"),
    [
        ("ns", 96.0, 124.4, "96.0 → 124 ns"),
        ("ns", 850_000, 910_000, "850 → 910 µs"),
        ("ns", 950_000, 1_100_000, "0.950 → 1.10 ms"),
        ("ns", 0.0, 0.0, "0 → 0 ns"),
        ("B", 2**20, 3 * 2**20, "1.00 → 3.00 MiB"),
        ("1/s", 120.5, 80.25, "120 → 80.2/s"),
        ("", 1.0, 1.5, "1 → 1.50"),
        ("", None, 2.0, "\N{EN DASH} → 2"),
    ],
)
def test_two_values_are_told_in_one_unit(unit, base, candidate, told):
    """The unit is that of the larger, so that they can be compared at a glance."""
    by = fitting(unit, (base, candidate))
    assert from_to(base, candidate, by, number if unit else whole) == told


def test_what_is_not_known_is_a_dash():
    """Never a zero."""
    assert [change(None), percent(None), change(float("nan"))] == ["\N{EN DASH}"] * 3
    assert span(None, 1.0) == span(1.0, float("inf")) == ""


def test_a_change_of_nothing_has_no_sign():
    """-0.0 % would say something."""
    assert change(0.99999) == change(1.00001) == "0.0 %"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tests/bench/test_a.py::test_b[x/y]", "tests/bench/test_a.py::test_b[x/y]"),
        ("see /etc/app/config.toml: no key", "see config.toml: no key"),
        ("git+https://me:pa55word@host/x", "git+https://[secret]@host/x"),
        ("C:\\Users\\me\\app.py is no module", "app.py is no module"),
        ("~/code/app.py", "app.py"),
        ("a\nb\tc\x1b[31m", "a b c [31m"),
        ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer [secret]"),
        ("1/2 of a/b", "1/2 of a/b"),
        ("t.py::f[\\xfcn\\xef]", "t.py::f[\\xfcn\\xef]"),
        ("t.py::f[\\u65e5\\u672c]", "t.py::f[\\u65e5\\u672c]"),
        ("t.py::f[[red]x[/red]]", "t.py::f[[red]x[/red]]"),
        ("t.py::f[[red]x[/red]-1] in /home/me/t.py", "t.py::f[[red]x[/red]-1] in t.py"),
        ("t.py::f[a]b/c] in /home/me/t.py", "t.py::f[a]b/c] in t.py"),
        ("t.py::f[/home/[x]", "t.py::f[/home/[x]"),
        ("cannot read ['/home/me/t.py']", "cannot read ['t.py']"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_what_is_shown_is_one_line_without_paths_or_keys(text, told):
    """Whatever came with an error or a name, a report may go to a public page."""
    assert clean(text) == told


def test_an_interval_is_drawn_where_its_numbers_are():
    """On an axis of 21 characters from -10 % to +10 % a percent is a character."""
    axis = plot.axis([judged(low=0.92, high=1.08)], 21)
    assert (axis.reach, axis.width) == (0.1, 21)
    assert plot.line(judged(ratio=1.04, low=1.02, high=1.07), axis) == " " * 10 + "│ ├─●──┤   "
    assert plot.line(judged(ratio=0.95, low=0.9, high=1.0), axis) == "├────●────┤" + " " * 10
    assert axis.heading == "-10%      0      +10%"


def test_what_lies_beyond_the_axis_ends_in_an_arrow():
    """One series ten times slower leaves the axis to the other nine."""
    many = [judged(low=0.97, high=1.04)] * 9
    axis = plot.axis([*many, judged(ratio=10.0, low=9.0, high=11.0)], 21, marks=(1.05,))
    assert axis.reach == 0.1
    assert plot.line(judged(ratio=10.0, low=9.0, high=11.0), axis)[-1] == "▸"
    assert plot.line(judged(ratio=0.2, low=0.1, high=0.3), axis)[0] == "◂"
    assert plot.line(judged(ratio=1.5, low=1.0, high=2.0), axis)[10:] == "├─────────▸"


@pytest.mark.parametrize("width", [11, 12, 31, 60])
@pytest.mark.parametrize("reach", [1.001, 1.05, 1.6, 300.0])
def test_every_line_is_as_wide_as_its_axis(width, reach):
    """Lines and heading can be put under each other."""
    drawn = judged(ratio=(1 + reach) / 2, low=1.0, high=reach)
    axis = plot.axis([drawn], width, marks=(1.05,))
    assert {len(plot.line(drawn, axis)), len(plot.line(judged(), axis)), len(axis.heading)} == {axis.width}


def test_the_worst_comes_first():
    """Regressed by size, then what could not be judged, then what passed."""
    found = [
        judged("pass"),
        judged("little", verdict="regressed", ratio=1.04),
        judged("faster", verdict="improved", ratio=0.5),
        judged("much", verdict="regressed", ratio=2.0),
        judged("unsure", verdict="inconclusive", ratio=1.02),
        judged("from nothing", verdict="regressed", ratio=None, kind="exact"),
    ]
    order = [each.series.cell for each in view.worst_first(outcome(*found))]
    assert order == ["from nothing", "much", "little", "unsure", "faster", "pass"]


def test_the_series_of_a_cell_stay_together():
    """A cell stands where its worst series does."""
    found = [
        judged("a", verdict="regressed", ratio=1.2),
        judged("b", verdict="regressed", ratio=1.1),
        judged("a", "e2e"),
    ]
    lines = files(outcome(*found), "terminal")["gate.txt"].splitlines()
    places = [lines.index("a"), lines.index("b")]
    rows = [place for place, line in enumerate(lines) if re.match(r" (regressed|pass) ", line)]
    assert [sum(place > start for place in rows) for start in places] == [3, 1]


def test_nobody_is_blamed_for_a_planted_slowdown():
    """A control that catches what was planted has found no regression."""
    found = judged(verdict="regressed", ratio=1.05)
    assert view.blamed(outcome(found, verdict="regressed")) == [found]
    assert view.blamed(outcome(found, verdict="pass")) == []
    assert view.blamed(outcome(found, verdict="invalid")) == []


def test_a_pass_is_the_statement_that_it_is():
    """What was excluded, and how surely."""
    assert meaning(outcome(judged())) == (
        "What pass means: a slowdown of 5 % in a series would have been passed with probability at most 5 %."
    )


def test_two_stored_files_claim_no_error_rate():
    """They rest on how much a machine drifts, which nobody measured."""
    told = meaning(
        GateOutcome(GateRun(Arm("a", "a"), Arm("b", "b"), GateRule(), (), (), interleaved=False), "pass", "", ())
    )
    assert "assumption" in told
    assert "probability" not in told


def test_a_control_says_what_it_was():
    """Whoever reads the summary must not take it for a comparison."""
    run = GateRun(Arm("a", "a"), Arm("a", "a"), GateRule(), (), (), control=Control("inject", "c", 0.05))
    told = GateOutcome(run, "pass", "", ())
    assert "a slowdown of 5 % planted in c" in " ".join(view.facts(told))
    assert meaning(told) == ""


def test_only_what_differs_is_compared_and_the_commits():
    """Thirty equal versions hide the one that changed."""
    base = Arm(
        "main", "main", {"commit": "1f0c", "python": "3.11", "packages": {"httpx": "0.28", "openai": "3.5"}}
    )
    candidate = Arm(
        "main", "main", {"commit": "1f0c", "python": "3.11", "packages": {"httpx": "0.29", "openai": "3.5"}}
    )
    told = view.compared(outcome(base=base, candidate=candidate))
    assert told == [("", "main", "main"), ("commit", "1f0c", "1f0c"), ("packages httpx", "0.28", "0.29")]


def test_a_long_digest_is_told_in_short():
    """Twelve letters are enough to see that two locks differ."""
    base = Arm("a", "a", {"lock": "sha256:" + "ab" * 32})
    assert ("lock", "sha256:abababababab", "\N{EN DASH}") in view.compared(outcome(base=base))


def test_what_gave_nothing_is_named():
    """A slot that failed says so; a cell that was never tried is found by its absence."""
    run = GateRun(
        Arm("a", "a"),
        Arm("b", "b"),
        GateRule(),
        ("c", "d"),
        (),
        missing=(Missing("c", "both", 2, "it hung"), Missing("c", "base", TRIAL, "it broke")),
    )
    told = view.missing(GateOutcome(run, "invalid", "", ()))
    assert told == ["c, both arms, round 3: it hung", "c, base, trial round: it broke", "d: nothing was measured"]


@pytest.mark.parametrize(
    ("verdict", "why", "told"),
    [
        ("regressed", "regressed: a cpu +5.0%", "1 of 2 series is worse: a cpu +5.0%"),
        ("improved", "better: a cpu -9.0 %; none regressed", "better: a cpu -9.0 %; none regressed"),
        ("pass", "none of 2 series regressed", "none of 2 series regressed"),
        ("invalid", "nothing was measured", "nothing was measured"),
    ],
)
def test_the_answer_does_not_repeat_the_verdict(verdict, why, told):
    """It stands beside it."""
    found = [judged(verdict="regressed", ratio=1.05), judged("b")]
    assert view.answer(outcome(*found, verdict=verdict, why=why)) == told


def test_ascii_stands_for_every_character_of_a_plot():
    """A console that knows no other characters shows the same picture."""
    axis = plot.axis([judged(low=0.9, high=1.1)], 21, marks=(1.05,))
    for each in (
        judged(low=0.9, high=1.1),
        judged(ratio=3.0, low=2.0, high=4.0),
        judged(ratio=0.1, low=0.05, high=0.2),
    ):
        assert re.fullmatch(r"[ -~]+", plot.line(each, axis).translate(ASCII))


@pytest.mark.parametrize("form", ["terminal", "markdown", "junit", "html"])
def test_what_is_installed_here_is_told_with_its_versions(form):
    """A service that needs openai 2 must not be judged with 3 in silence; not where an arm has its own."""
    here = {"environment": "this one", "packages": {"aiohttp": "3.14", "openai": "3.57.0", "zstandard": "1"}}
    arm, own = Arm("a", "a", here), Arm("b", "b", here | {"environment": "1f0c"})
    told = outcome(judged(), base=arm, candidate=arm)
    sentence = "Measured with what is installed here: openai 3.57.0, aiohttp 3.14 and zstandard 1."
    assert view.installed(told) == sentence
    assert view.installed(outcome(judged(), base=arm, candidate=own)) == ""
    theirs = Arm("c", "c", here | {"environment": "shop/.venv (VIRTUAL_ENV)"})
    both = outcome(judged(), base=theirs, candidate=theirs)
    assert view.installed(both).startswith("Measured with what is installed in shop/.venv (VIRTUAL_ENV): openai")
    made = Arm("d", "d", here | {"environment": "1f0c", "lock": "uv.lock"})
    both = outcome(judged(), base=made, candidate=made)
    assert view.installed(both).startswith("Measured with what uv.lock names: openai 3.57.0, ")
    [text] = list(files(told, form).values())[:1]
    assert sentence in " ".join(text.split())
