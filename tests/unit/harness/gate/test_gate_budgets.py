"""Budgets held against runs whose numbers are known: kept, broken, undecided; missing data never passes."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from overlap.harness.gate.budgets.command import judged
from overlap.harness.gate.budgets.judge import judge_budgets, overall
from overlap.harness.gate.budgets.reading import budgets_of
from overlap.harness.gate.budgets.reading import read as read_budgets
from overlap.harness.gate.budgets.telling import compose
from overlap.harness.model.record import Cell
from overlap.harness.report.formats import annotations, junit, markdown, terminal
from overlap.harness.stats.compare import ratio
from overlap.harness.store.entries import as_json
from overlap.harness.store.run_about import RunAbout, about_from
from overlap.harness.store.run_files import Run, read
from overlap.harness.text.mistakes import Mistake

ROOT = Path(__file__).parents[4]
CELLS = [
    *(Cell("layers", client, "gather", "asyncio", 16) for client in ("openai", "chain")),
    Cell("streaming", "chain", "astream_many", "asyncio", 16),
    Cell("loops", "chain", "gather", "uvloop", 16),
    Cell("loops", "chain", "gather", "asyncio", 16),
    Cell("executor", "chain", "gather", "asyncio", 16, variant="6 threads"),
    Cell("executor", "chain", "gather", "asyncio", 16, variant="64 threads"),
]


@pytest.fixture(scope="module")
def run(make_shared_run) -> Run:
    """Five rounds of 48 calls of each cell: 2.5 ms of CPU a call and 0.1 s of latency, or thereabouts."""
    return read(make_shared_run(CELLS, rounds=5, calls=48))


def held(run: Run, *limits: str, cells: str = "*"):
    """Judge *limits* on *run*."""
    return judge_budgets(budgets_of({"budget": [{"cells": cells, "limits": list(limits)}]}), [run])


def verdicts(run: Run, *limits: str, cells: str = "*") -> list[str]:
    """Return the verdicts alone."""
    return [each.verdict for each in held(run, *limits, cells=cells)]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("e2e.p50 <= 0.2", "pass"),
        ("e2e.p50 >= 0.2", "regressed"),
        ("e2e.p50 <= 0.02", "regressed"),
        ("overlap >= 0.3", "pass"),
        ("overlap <= 0.3", "regressed"),
        ("e2e.p75/e2e.p50 >= 1.01", "pass"),
        ("requests_per_call == 1", "pass"),
        ("requests_per_call <= 1", "pass"),
        ("requests_per_call < 1", "regressed"),
        ("peak == 15", "regressed"),
        ("connections <= 2", "pass"),
    ],
)
def test_a_limit_far_from_what_was_measured_is_kept_or_broken(run, line, verdict):
    """The made-up calls take about 0.1 s, one request each, on two connections."""
    assert verdicts(run, line, cells="layers/chain/*") == [verdict]


def summary(found):
    """Return the Markdown for a job's summary."""
    return markdown.text(compose(found))


def test_a_latency_that_every_round_repeats_is_one_value(run):
    """Five rounds of the same 48 latencies carry no p95, and the sentence counts 48 and not 240."""
    [found] = held(run, "e2e.p95 <= 1", cells="layers/chain/*")
    assert found.verdict == "inconclusive"
    assert found.why == "E2E latency p95 takes 200 values or more, and there are 48, which every round repeats"


def test_a_limit_within_the_interval_is_undecided(run):
    """Whoever asks for exactly what was measured is told the interval, and not that all is well."""
    [found] = held(run, "e2e.p50 <= 1", cells="layers/chain/*")
    assert found.low < found.value < found.high
    [again] = held(run, f"e2e.p50 <= {found.value / 1e9!r}", cells="layers/chain/*")
    assert again.verdict == "inconclusive"
    assert "within the interval" in again.why


@pytest.mark.parametrize(
    ("line", "a", "b", "metric"),
    [
        ("cpu(chain)/cpu(openai) <= 9", CELLS[1], CELLS[0], "cpu"),
        ("e2e.p50(uvloop)/e2e.p50(asyncio) <= 9", CELLS[3], CELLS[4], "e2e.p50"),
        ("cpu(6 threads)/cpu(variant=64 threads) <= 9", CELLS[5], CELLS[6], "cpu"),
    ],
)
def test_a_ratio_of_two_cells_is_paired_by_round(run, line, a, b, metric):
    """Everything else alike: the same estimate as of the comparison in a report."""
    [found] = held(run, line)
    expected = ratio(run, a, b, metric)
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert found.verdict == "pass"
    assert found.place.cell == a


@pytest.mark.parametrize(
    ("line", "cells", "said"),
    [
        ("cpu <= 1", "layer/*", "no cell matches layer/*; there are: layers"),
        ("cpu(chain)/cpu(anthropic) <= 1", "*", "nothing is called 'anthropic' in the run; there are: client"),
        ("cpu(loop=a)/cpu(asyncio) <= 1", "*", "no loop is called 'a' in the run; there are: loop asyncio"),
        ("cpu(chain)/cpu(uvloop) <= 1", "*", "not of one kind"),
        ("cpu(chain)/cpu(openai) <= 1", "loops/*", "no two cells among loops/* differ in nothing but the client"),
    ],
)
def test_a_limit_that_covers_nothing_is_a_mistake(run, line, cells, said):
    """It would pass for ever; what there is instead is named."""
    with pytest.raises(Mistake) as mistake:
        held(run, line, cells=cells)
    assert said in str(mistake.value)


def test_a_limit_may_belong_to_any_one_of_several_runs(run, make_shared_run):
    """One file for several runs; each limit has its place in one of them at least."""
    load = read(make_shared_run([Cell("service", "fastapi", "stream", "asyncio", 8)]))
    budgets = budgets_of(
        {"budget": [{"cells": "service/*", "limits": ["errors == 0"]}, {"limits": ["peak >= 1"]}]}
    )
    found = judge_budgets(budgets, [run, load])
    assert len(found) == 1 + len(CELLS) + 1
    assert overall(found) == "pass"


def test_a_percentile_of_too_few_calls_is_not_judged(run):
    """A p99 takes a thousand calls; a p95 of streams in a cell that streams nothing takes another budget."""
    [rare] = held(run, "e2e.p99 <= 100", cells="layers/chain/*")
    assert (rare.verdict, rare.why) == (
        "inconclusive",
        "E2E latency p99 takes 1,000 values or more, and there are 48, which every round repeats",
    )
    [none] = held(run, "ttft.p50 <= 100", cells="layers/chain/*")
    assert none.verdict == "invalid"
    assert "no call has a TTFT" in none.why
    assert verdicts(run, "ttft.p50 <= 100", cells="streaming/*") == ["pass"]


def test_too_few_rounds_have_no_interval(make_run):
    """Two rounds cannot say how far they may be off; a count needs no interval."""
    two = read(make_run(CELLS[:1], rounds=2, calls=48))
    assert verdicts(two, "e2e.p50 <= 100", "requests_per_call == 1") == ["inconclusive", "pass"]


def about(run: Run, **entries: object) -> RunAbout:
    """Return run.json of *run* with other *entries*."""
    return about_from({**as_json(run.about), **entries})[0]


def test_what_is_missing_never_passes(run):
    """A round that gave nothing, calls that are not on file, counts the server did not keep."""
    cell = CELLS[0].id
    lost = replace(run, slots=tuple(slot for slot in run.slots if (slot.cell, slot.round) != (cell, 2)))
    lost = replace(lost, about=about(run, cells=[{"rounds": 5} for _ in CELLS]))
    broken = replace(
        run, slots=tuple(replace(s, error="Timeout") if (s.cell, s.round) == (cell, 2) else s for s in run.slots)
    )
    holes = replace(run, calls=tuple(call for call in run.calls if (call.cell, call.index) != (cell, 3)))
    blind = replace(run, slots=tuple(replace(slot, requests=None, peak=None) for slot in run.slots))
    assert [overall(held(each, "e2e.p50 <= 100", "peak >= 1")) for each in (run, lost, broken, holes, blind)] == [
        "pass",
        *("invalid",) * 4,
    ]
    assert {each.why for each in held(lost, "cpu <= 1", cells=cell)} == {"1 of 5 rounds gave nothing"}
    assert {each.why for each in held(holes, "cpu <= 1", cells=cell)} == {"5 calls of 240 are not on file"}
    # What is broken in the rounds that there are stays broken.
    assert verdicts(lost, "e2e.p50 <= 0.01", "peak == 3", cells=cell) == ["regressed", "regressed"]


def test_a_run_without_calls_is_invalid_and_says_so():
    """The checked-in sample has no calls.jsonl: nothing can be judged."""
    found = held(read(ROOT / "results" / "sample"), "requests_per_call == 1", "cpu <= 1")
    assert overall(found) == "invalid"
    assert {each.why for each in found} == {"the run has no calls on file: calls.jsonl is missing or empty"}


def test_failed_calls_spoil_a_latency_unless_a_limit_says_how_many_may_fail(make_run):
    """A server that fails half of its calls at once looks fast to whoever counts the others."""
    whole = read(make_run(CELLS[:1], rounds=5, calls=48))
    failing = replace(
        whole, calls=tuple(replace(call, error="APIError 500") if call.index < 4 else call for call in whole.calls)
    )
    [spoilt] = held(failing, "e2e.p50 <= 100")
    assert spoilt.verdict == "invalid"
    assert "20 of 240 calls failed (APIError 500)" in spoilt.why
    assert verdicts(failing, "e2e.p50 <= 100", "errors <= 4") == ["pass", "pass"]
    assert verdicts(failing, "e2e.p50 <= 100", "errors <= 3") == ["pass", "regressed"]


def test_goodput_is_against_the_limits_that_the_run_was_given(run):
    """A load run's SLO is in run.json; without one there is nothing to judge."""
    slo = {"scenarios": {"layers": {"slo": {"e2e": 1e9}}}}
    told = replace(run, about=about(run, **slo))
    assert verdicts(told, "goodput.share >= 0.9", cells="layers/chain/*") == ["pass"]
    # 240 good calls of 240 show 98.5 %, and not 99.9.
    assert verdicts(told, "goodput.share >= 0.999", cells="layers/chain/*") == ["inconclusive"]
    [without] = held(run, "goodput.share >= 0.9", cells="layers/chain/*")
    assert without.verdict == "invalid"
    assert "no SLO" in without.why


def test_nothing_judged_is_no_success():
    """An empty list of verdicts is invalid."""
    assert overall(()) == "invalid"


@pytest.mark.parametrize(
    ("limits", "code", "answer"),
    [
        ('["peak >= 1", "e2e.p50 <= 1"]', 0, "Budgets kept: 14 kept, in 1 run."),
        ('["peak >= 1", "e2e.p50 <= 0.01"]', 1, "Budgets broken: 7 broken, 7 kept, in 1 run."),
        ('["peak >= 1", "e2e.p99 <= 1"]', 3, "Budgets undecided: 7 undecided, 7 kept, in 1 run."),
        ('["peak >= 1", "gc.count >= 0"]', 4, "Budgets invalid: 7 invalid, 7 kept, in 1 run."),
    ],
)
def test_the_verdict_is_told_everywhere_and_is_the_exit_code(
    run, tmp_path, monkeypatch, capsys, limits, code, answer
):
    """Terminal, summary of a job, JUnit and annotations say the same."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (tmp_path / "b.toml").write_text(f"[[budget]]\nlimits = {limits}\n")
    assert judged(tmp_path / "b.toml", [run.folder], Console(width=100), tmp_path) == code
    said = capsys.readouterr().out
    assert answer in said
    assert ("::error" in said) == (code in {1, 4})
    assert ("::warning" in said) == (code == 3)
    assert answer in (tmp_path / "summary.md").read_text()
    junit = (tmp_path / "budgets-junit.xml").read_text()
    # One more is that of the whole, which is undecided with its limits.
    assert junit.count("<testcase") == 2 * len(CELLS) + 1
    assert junit.count("<failure") == (7 if code == 1 else 0)
    assert junit.count("<skipped") == (8 if code == 3 else 0)
    assert junit.count("<error") == (8 if code == 4 else 0)


def test_many_cells_that_keep_a_limit_are_one_row(run):
    """A table of a hundred rows of "kept" is read by nobody; what is broken has a row each."""
    text = summary(held(run, "peak >= 1", "e2e.p50 <= 0.01"))
    assert text.count("🟢 kept") == 1
    assert text.count("🔴 broken") == len(CELLS)
    assert "7 cells" in text


def test_names_in_a_table_are_shown_as_they_are(run):
    """A variant called `|<b>` is neither a column nor markup."""
    cell = replace(CELLS[0], variant="|<b>")
    odd = replace(
        run,
        cells=(cell,),
        about=about(run, cells=[{}]),
        slots=tuple(replace(slot, cell=cell.id) for slot in run.slots if slot.cell == CELLS[0].id),
        calls=tuple(replace(call, cell=cell.id) for call in run.calls if call.cell == CELLS[0].id),
    )
    [line] = [line for line in summary(held(odd, "peak == 1")).splitlines() if "broken |" in line]
    assert len(re.findall(r"(?<!\\)\|", line)) == 6
    assert "<b>" not in line


def test_a_folder_without_a_run_is_a_mistake(tmp_path):
    """One line, exit code 2 where the command is."""
    (tmp_path / "b.toml").write_text("[[budget]]\nlimits = ['peak >= 1']\n")
    with pytest.raises(Mistake, match=r"holds no run\.json"):
        judged(tmp_path / "b.toml", [tmp_path], Console())


@pytest.mark.parametrize(
    "file", sorted((ROOT / "scenarios").rglob("budgets.toml")), ids=lambda file: file.parent.name
)
def test_our_own_budgets_can_be_read(file):
    """The files that are checked in beside the scenarios."""
    assert read_budgets(file)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("e2e.p50 <= 0.4", "pass"),
        ("e2e.p95 <= 0.4", "regressed"),
        ("e2e.p95 <= 60", "inconclusive"),
        ("e2e.p95 >= 0.4", "pass"),
        ("e2e.p95 >= 60", "inconclusive"),
        ("e2e.p95/e2e.p50 <= 2", "inconclusive"),
    ],
)
def test_a_percentile_that_failed_calls_decide_is_held_against_its_lower_bound(make_shared_run, line, verdict):
    """One call in twelve gives up after 30 s: p95 is 30 s or more, whatever those that were answered took."""
    cell = Cell("s", "chain", "gather", "asyncio", 16)
    found = read(make_shared_run([cell], rounds=5, calls=240))
    gone = tuple(
        replace(call, error="APITimeoutError", done=call.sent + 30 * 10**9) if call.index % 12 == 0 else call
        for call in found.calls
    )
    forgiving = replace(found, calls=gone)
    judged = held(forgiving, line, "errors <= 240")
    assert judged[0].verdict == verdict
    if verdict in {"regressed", "inconclusive"} and "/" not in line:
        assert "at least 30.0 s" in judged[0].why


@pytest.mark.parametrize(
    "lines",
    [
        ("overlap >= 0.9", "overlap <= 0.5"),
        ("e2e.p50 < 0.1", "cpu <= 1", "e2e.p50 >= 0.1"),
        ("requests_per_call == 1", "requests_per_call > 1"),
        ("cpu(chain)/cpu(openai) <= 2", "cpu(chain)/cpu(openai) >= 3"),
    ],
)
def test_limits_that_exclude_each_other_are_a_mistake(run, lines):
    """One would always be broken: whoever wrote them meant something else."""
    with pytest.raises(Mistake) as mistake:
        held(run, *lines, cells="layers/*")
    assert f"{lines[0]!r} and {lines[-1]!r} cannot both be kept, and both are for layers/" in str(mistake.value)


@pytest.mark.parametrize(
    "lines",
    [
        ("overlap >= 0.2", "overlap <= 0.5"),
        ("e2e.p50 <= 0.1", "e2e.p50 >= 0.1"),
        ("requests_per_call == 1", "requests_per_call <= 1"),
        ("e2e.p50 <= 0.1", "e2e.p75 >= 0.2"),
    ],
)
def test_limits_that_can_both_be_kept_are_judged(run, lines):
    """Both ends of a span, or limits on different things."""
    assert len(held(run, *lines, cells="layers/chain/*")) == 2


def test_limits_on_other_cells_exclude_nothing(run):
    """What one cell may be at most, another may be at least."""
    budgets = budgets_of(
        {
            "budget": [
                {"cells": "layers/chain/*", "limits": ["peak >= 9"]},
                {"cells": "layers/openai/*", "limits": ["peak <= 1"]},
            ]
        }
    )
    assert len(judge_budgets(budgets, [run])) == 2


def with_timeout(run: Run, seconds: float) -> Run:
    """Return the run with a timeout of *seconds* for its calls."""
    return replace(run, about=about(run, config={"timeout": seconds}))


def test_a_limit_beyond_the_timeout_was_meant_in_milliseconds(run):
    """400 s for calls of 0.1 s that are given up after 30 s: it would be kept by nearly every run."""
    with pytest.raises(Mistake) as mistake:
        held(with_timeout(run, 30.0), "e2e.p75 <= 400", cells="layers/chain/*")
    assert str(mistake.value) == (
        "'e2e.p75 <= 400': 400 s is longer than the run's timeout of 30 s, and more than 100 times what was "
        "measured; times are seconds: 400 ms is 0.4"
    )


def test_a_limit_near_to_what_was_measured_is_meant_in_seconds(run):
    """A call of many requests may take longer than the timeout of one."""
    [found] = held(with_timeout(run, 0.1), "e2e.p75 <= 2", cells="layers/chain/*")
    assert (found.verdict, found.why) == ("pass", "")


@pytest.mark.parametrize("line", ["cpu <= 3", "e2e.p75 <= 20"])
def test_a_limit_far_from_what_was_measured_says_so(run, line):
    """CPU of 3 s a call, where it is 2.5 ms: kept, and asked about."""
    [found] = held(with_timeout(run, 30.0), line, cells="layers/chain/*")
    assert found.verdict == "pass"
    number = float(line.split()[-1])
    factor = round(found.limit.bound / found.value)
    assert found.why == (
        f"the limit is {factor:,} times what was measured; times are seconds: "
        f"{number:g} ms would be {number / 1000:g}"
    )
    assert found.why in summary([found])


def test_a_jobs_summary_of_budgets_is_not_overrun(run, tmp_path, monkeypatch):
    """Beyond a mebibyte GitHub shows nothing at all, of nobody: rows are left out and counted, or the whole is."""
    file, summary = tmp_path / "b.toml", tmp_path / "summary"
    limits = [f"e2e.p50 <= {number / 1e6}" for number in range(1, 17)]
    file.write_text(f"[[budget]]\nlimits = {limits}\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    for filled, some in ((0, True), (1_048_576 - 12_000, True), (1_048_000, False)):
        summary.write_bytes(b"x" * filled)
        judged(file, [run.folder], Console(quiet=True))
        size = summary.stat().st_size
        assert size <= 1_048_576
        assert (size > filled) is some
        text = summary.read_text()[filled:]
        rows = sum(line.startswith("| \N{LARGE RED CIRCLE}") for line in text.splitlines())
        if filled and some:
            assert 10 < rows < 16 * len(CELLS)
            left = (
                f"({16 * len(CELLS) - rows:,} more rows in budgets.html, with --out FOLDER --formats html: broken)"
            )
            assert left in text


def test_a_run_whose_files_are_damaged_keeps_no_limit_in_any_format(run):
    """The exit code, the headline and every row say the same; what is broken by what is left stays broken."""
    damaged = replace(run, faults=("calls.jsonl has lines twice", "a slot is gone"))
    budgets = budgets_of(
        {"budget": [{"cells": "layers/chain/*", "limits": ["e2e.p50 <= 2", "peak == 15", "e2e.p99 <= 1"]}]}
    )
    found = judge_budgets(budgets, [damaged])
    assert [each.verdict for each in found] == ["invalid", "regressed", "invalid"]
    assert found[0].why == "the run's files do not hold together: calls.jsonl has lines twice, and 1 more"
    assert overall(found[:1]) == overall(found[2:]) == "invalid"
    assert summary(found[:1]).splitlines()[0].endswith("Budgets invalid: 1 invalid, in 1 run.")
    assert "kept" not in junit.render(compose(found[:1])).decode()


def test_the_stroke_of_a_ratio_is_kept_in_every_format(run):
    """What follows it is no path of this machine."""
    limit = "cpu(chain)/cpu(openai) <= 0.0001"
    made = compose(held(run, limit, cells="layers/*"))
    assert f": {limit}: " in "".join(annotations.lines(made))
    assert f'name="{limit}"'.replace("<", "&lt;") in junit.render(made).decode()
    assert limit in terminal.render(made).decode()


def test_of_several_runs_every_row_and_case_says_which(run):
    """Their cells have the same names."""
    other = replace(run, folder=run.folder.with_name("the-other"))
    budgets = budgets_of({"budget": [{"cells": "layers/chain/*", "limits": ["e2e.p50 <= 0.01", "peak >= 1"]}]})
    made = compose(judge_budgets(budgets, [run, other]))
    assert "in 2 runs." in made.verdict.answer
    cases = {(check.group, check.name) for check in made.verdict.checks}
    assert len(cases) == 4
    shown = [row[2].text for row in made.sections[0].table.rows]
    assert [text.split(": ")[0] for text in shown] == [run.name, "the-other"] * 2
    twins = compose(judge_budgets(budgets, [run, replace(run, folder=run.folder.parent / "x" / run.folder.name)]))
    assert "in 2 runs." in twins.verdict.answer
    assert len({(check.group, check.name) for check in twins.verdict.checks}) == 4
    alone = compose(judge_budgets(budgets, [run]))
    assert [row[2].text for row in alone.sections[0].table.rows] == ["layers/chain/gather/asyncio/16"] * 2
