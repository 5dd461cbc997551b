"""What people read of a gate run: the terminal, the summary, the annotations, the report of tests."""

import math
import random
import re
import xml.etree.ElementTree as ET
from functools import cache
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from rich.console import Console

from overlap.harness.gate.judge import judge
from overlap.harness.gate.record import Arm, Control, GateRule, GateRun, Missing, RoundPair, Series
from overlap.harness.gate.telling import compose, files, outputs
from overlap.harness.report import github
from overlap.harness.report.formats import annotations, markdown, terminal


def series(cell, metric="overhead.p50", shift=0.0, rounds=20, kind="timed"):
    """Make a series whose candidate is *shift* (a log ratio) slower, with a noise of 2 % a round."""
    rng = random.Random(f"{cell} {metric}")
    ratios = [math.exp(shift + rng.gauss(0, 0.02)) for _ in range(rounds)]
    if kind == "exact":
        return Series(
            cell,
            metric,
            "",
            kind,
            "lower",
            tuple(RoundPair(i, ("BC", "CB")[i % 2], 1.0, 1.0 + (shift > 0)) for i in range(rounds)),
        )
    return Series(
        cell,
        metric,
        "ns",
        kind,
        "lower",
        tuple(RoundPair(i, "BC", 3e6, 3e6 * each) for i, each in enumerate(ratios)),
    )


def outcome(*found, **more):
    """Judge a run of *found* series."""
    arms = {
        "base": Arm("main", "main", {"commit": "1f0c6be"}),
        "candidate": Arm(".", "this tree", {"commit": "9a774d1"}),
    }
    cells = tuple(dict.fromkeys(each.cell for each in found))
    return judge(
        GateRun(**({"rounds": 20, "took": 61.4, "declared": cells} | arms | more), rule=GateRule(), series=found)
    )


def drawn():
    """Judge a run of few rounds, whose interval takes several characters of a plot."""
    return outcome(
        series("b/chain/gather", shift=0.1, rounds=9), series("c", "requests_per_call", 1, kind="exact")
    )


def shown(told, width=100, encoding="utf-8"):
    """Return what a console of that width and encoding is sent, in bytes."""
    out = BytesIO()
    with TextIOWrapper(out, encoding=encoding) as file:
        terminal.show(compose(told), Console(file=file, width=width, force_jupyter=False))
        file.flush()
        return out.getvalue()


def summary(told, most=1_000_000):
    """Return the Markdown for a job's summary."""
    return markdown.text(compose(told), most)


def annotations_of(told):
    """Return the lines that GitHub is told."""
    return annotations.lines(compose(told))


def told_to_github(told, environ, out):
    """Return what of a job was written to."""
    return github.tell(compose(told), outputs(told), environ, out)


PASSING = outcome(series("a/openai/gather"), series("a/openai/gather", "requests_per_call", kind="exact"))
REGRESSED = outcome(
    series("a/openai/gather"),
    series("b/chain/gather", shift=0.1),
    series("c", "requests_per_call", 1, kind="exact"),
)


@cache
def many():
    """Judge a run of 300 series, of which 30 are slower, once for all tests."""
    return outcome(*(series(f"cell/number/{i}", shift=0.2 * (i < 30)) for i in range(300)))


def test_the_terminal_says_its_answer_first():
    """Verdict and reason are the first line; the worst is named in it."""
    first = files(REGRESSED, "terminal")["gate.txt"].splitlines()[0]
    assert first.startswith("REGRESSED  2 of 3 series are worse: ")
    assert "b/chain/gather" in first


def test_the_terminal_shows_every_series_with_its_numbers():
    """Change, interval, rounds, the smallest effect that could have been seen, and the interval drawn."""
    text = files(drawn(), "terminal")["gate.txt"]
    [line] = [line for line in text.splitlines() if " regressed " in line and "p50" in line and "●" in line]
    assert re.search(r"\+1\d\.\d % \(\+\d+\.\d…\+1\d\.\d\) +9 \d\.\d %.*├.*●.*┤", line)
    assert re.search(r" regressed requests per call +1 → 2 +\+100 % +20 exact", text)
    assert re.search(r"\ncommit +1f0c6be +9a774d1\n", text)


def test_a_pass_is_told_as_what_it_excludes():
    """Green means something, and says what."""
    text = " ".join(files(PASSING, "terminal")["gate.txt"].split())
    assert text.startswith("PASS none of 2 series regressed")
    assert "a slowdown of 5 % in a series would have been passed with probability at most 5 %" in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width):
    """Nor than a hundred columns where there is more room."""
    lines = shown(REGRESSED, width).decode().splitlines()
    assert max(map(len, lines)) <= min(width, 100)
    assert any("regressed" in line for line in lines)


def test_a_terminal_without_unicode_gets_ascii():
    """A console of another age must not end the gate with an encoding error."""
    text = shown(drawn(), encoding="ascii").decode("ascii")
    assert re.search(r"\[-*o-*\]", text)
    assert "1 -> 2" not in text
    assert "1 > 2" in text


def test_the_terminal_leaves_out_what_passed_first():
    """Of three hundred series the thirty that are worse are shown, and the rest is counted."""
    lines = files(many(), "terminal")["gate.txt"].splitlines()
    assert sum(line.startswith(" regressed overhead p50") for line in lines) == 30
    assert "(240 more rows in gate.json, which --out FOLDER keeps: pass)" in lines


def test_the_summary_fits_whatever_room_there_is():
    """It shows as many as fit, the worst first, and says how many it left out."""
    text = summary(many(), 12_000)
    assert len(text.encode()) <= 12_000
    rows = [line for line in text.splitlines() if line.startswith(("| 🔴", "| 🟢"))]
    assert 20 < len(rows) < 300
    assert f"({300 - len(rows)} more rows in gate.json, which --out FOLDER keeps: " in text
    assert rows[0].startswith("| 🔴 regressed |")


def test_a_comment_can_be_found_again_and_is_small_enough():
    """Its first line is a marker that nobody sees; GitHub takes 65,536 characters."""
    text = markdown.comment(compose(many()), "gate")
    assert text.startswith("<!-- overlap-gate -->\n## ")
    assert len(text) < 65_536
    assert "overlap-gate" not in summary(many())


def test_markup_in_a_name_is_shown_as_text():
    """A cell may be called anything; a summary has no tag, link, mention or column because of it."""
    name = "<b>|x|</b> @me [a](b) ![c](d) #12 `e` https://example.org ```"
    text = summary(outcome(series(name, shift=0.2), series("```")))
    table, plot = text.split("```text")
    for markup in ("<b>", "@me", "[a]", "#12", "https://example", " `e`"):
        assert markup not in table
    assert plot.count("```") == 1
    [row] = [line for line in table.splitlines() if line.startswith("| 🔴")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 9


def test_a_summary_has_the_tables_it_means_to_have():
    """A parser of Markdown finds no tag, no link and no code but ours in a run of odd names."""
    from markdown_it import MarkdownIt

    name = "<i>|</i>&lt; \\| `a` [b](c) **d** <!-- e --> \n# f\n- g"
    text = summary(outcome(series(name, shift=0.2), series("b"), missing=(Missing(name, "both", 1, name),)))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inside = {child.type for token in tokens for child in token.children or ()}
    assert inside == {"text", "strong_open", "strong_close"}
    assert {token.type for token in tokens if "html" in token.type} == set()
    cells = sum(token.type == "td_open" for token in tokens)
    assert cells == 2 * 8 + 3 * 3


def test_what_passed_is_folded_where_there_is_much():
    """What needs a look is in sight; the rest is a click away."""
    text = summary(many())
    before, _, folded = text.partition("<summary>270 rows: pass</summary>")
    assert before.count("🔴 regressed |") == 30
    assert folded.count("🟢 pass |") == 270
    assert "<details>" not in summary(REGRESSED)


def test_the_page_draws_timed_series_and_shows_names_as_text():
    """One dot a timed series, one row each of all; a tag in a name is no tag."""
    text = files(
        outcome(series("<b>a</b>/x", shift=0.2), series("<b>a</b>/y"), series("c/d", "peak", kind="exact")), "html"
    )
    page = text["gate.html"]
    assert "<b>" not in page
    [chart] = compose(REGRESSED).charts()
    assert [each.label for each in chart.ratios] == ["b/chain/gather overhead p50", "a/openai/gather overhead p50"]
    assert [each.differs for each in chart.ratios] == [True, False]
    assert page.count("<svg ") == 1
    assert "http://" not in page.replace("http://www.w3.org/", "")


def test_annotations_are_lines_that_github_takes():
    """One command a line, the special characters as codes."""
    name = "tests/test_a.py::test_b[50%,c:d]\nx"
    [first, second, *_] = annotations_of(outcome(series(name, "median", shift=0.3)))
    assert first.startswith("::error title=Regression gate%3A regressed::1 of 1 series is worse")
    assert second.startswith(
        "::error file=tests/test_a.py,title=tests/test_a.py%3A%3Atest_b[50%25%2Cc%3Ad] x regressed::"
    )
    assert "50%25,c:d] x: median +" in second
    assert "%, " not in second


@pytest.mark.parametrize("name", ["a/openai/gather", "/etc/x.py::test", "../x.py::test", "x::y", "x.py"])
def test_no_file_is_named_that_is_not_known(name):
    """An annotation at a place that does not exist is worse than one at none."""
    assert not any("file=" in line for line in annotations_of(outcome(series(name, shift=0.3))))


def test_there_are_ten_annotations_of_a_kind_and_the_last_counts_the_rest():
    """GitHub shows no more than ten."""
    lines = annotations_of(many())
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert errors[-1].endswith("::and 22 more, in gate.json, which --out FOLDER keeps")


def test_a_passing_run_has_no_error_and_one_notice():
    """Whoever looks at the job sees that the gate was there."""
    assert annotations_of(PASSING) == ["::notice title=Regression gate%3A pass::none of 2 series regressed"]


def test_a_planted_slowdown_is_no_error():
    """A control that catches it is green."""
    told = outcome(series("a", shift=0.2), series("b"), control=Control("inject", "a", 0.2))
    assert told.verdict == "pass"
    assert not any(line.startswith("::error") for line in annotations_of(told))
    assert junit_counts(told) == {"tests": "3", "failures": "0", "errors": "0", "skipped": "0"}


def junit_counts(told):
    """Return what the suite says of itself, once it is known to agree with its cases."""
    [suite] = ET.fromstring(files(told, "junit")["gate-junit.xml"])  # noqa: S314  written here
    cases = suite.findall("testcase")
    counts = {
        "tests": len(cases),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    assert {name: str(count) for name, count in counts.items()} == {name: suite.get(name) for name in counts}
    assert all(set(case.attrib) == {"classname", "name", "time"} for case in cases)
    return {name: str(count) for name, count in counts.items()}


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        (PASSING, "3 0 0 0"),
        (REGRESSED, "4 2 0 0"),
        # The run's own case is skipped with its series.
        (outcome(series("a", rounds=3)), "2 0 0 2"),
        (outcome(), "1 0 1 0"),
        (outcome(series("a"), missing=(Missing("a", "candidate", 4, "it hung"),)), "3 0 2 0"),
    ],
)
def test_junit_counts_what_it_holds(told, counts):
    """Worse is a failure, undecided is skipped, invalid an error; an empty run is never green."""
    assert " ".join(junit_counts(told).values()) == counts


def test_a_job_is_told_through_its_files(tmp_path):
    """Summary and outputs are appended to, annotations go to stdout."""
    summary, output, out = tmp_path / "summary", tmp_path / "output", StringIO()
    summary.write_text("before\n")
    output.write_text("mine=1\n")
    environ = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output), "GITHUB_ACTIONS": "true"}
    assert told_to_github(REGRESSED, environ, out) == ["summary", "outputs", "annotations"]
    assert summary.read_text().startswith("before\n## 🔴 Regression gate: regressed\n")
    assert output.read_text().startswith("mine=1\nverdict=regressed\nexit_code=1\nseries=3\nregressed=2\n")
    assert out.getvalue().count("::error ") == 3


def test_outside_a_job_nothing_is_written():
    """Nobody who runs the gate at home finds files or commands."""
    out = StringIO()
    assert told_to_github(REGRESSED, {}, out) == []
    assert out.getvalue() == ""


def test_a_summary_that_others_have_filled_is_not_overrun(tmp_path):
    """Beyond a mebibyte GitHub shows nothing at all, of nobody."""
    summary = tmp_path / "summary"
    summary.write_bytes(b"x" * (1_048_576 - 20_000))
    told_to_github(many(), {"GITHUB_STEP_SUMMARY": str(summary)}, StringIO())
    assert 1_048_576 - 16_000 < summary.stat().st_size <= 1_048_576
    summary.write_bytes(b"x" * 1_048_000)
    assert told_to_github(many(), {"GITHUB_STEP_SUMMARY": str(summary)}, StringIO()) == []


def test_the_outputs_count_who_is_to_blame():
    """A later step can ask for `regressed` without reading a file."""
    assert outputs(REGRESSED)["regressed"] == "2"
    assert outputs(outcome(series("a", shift=0.2), control=Control("aa")))["regressed"] == "0"
    assert all(re.fullmatch(r"[\w-]+", value) for value in outputs(many()).values())
