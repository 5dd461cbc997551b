"""The certificate: what it says of a calibration with known numbers, and that it says nothing of none."""

from overlap.harness.report.sections.certificate import section
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

MS = 1_000_000
ROUNDS = [{"ttft_error.p50": 0.5 * MS, "overhead.p50": n * MS, "overlap": 99.0} for n in (0.7, 0.8, 0.9)]
CALIBRATION = {
    "timers": [
        {
            "loop": "asyncio",
            "clock_step": 40,
            "clock_read": 60,
            "sleep": {"p50": 80_000, "p99": 150_000},
            "lag": {"p50": 90_000, "p99": 2_000_000, "max": 3_000_000},
            "histogram": [[100_000, 3], [1_000_000, 0], [None, 1]],
        }
    ],
    "floor": [
        {"client": "floor", "loop": "asyncio", "concurrency": n, "calls": n, "rounds": ROUNDS} for n in (1, 64)
    ],
}


def certificate(make_run, many_cells, **about):
    """The section for a run whose run.json says this of itself."""
    return section(summarise(read(make_run(many_cells[:1], rounds=1, **about))))


def test_the_lead_says_what_a_bare_socket_reached_at_the_most_calls(make_run, many_cells):
    """TTFT error, overhead (0.7, 0.8 and 0.9, on a positive scale) and throughput at 64, not at 1."""
    said = certificate(make_run, many_cells, calibration=CALIBRATION)
    for words in ("At 64 calls", "0.500 ms late", "0.797 ms over the plan", "99.0 % of the ideal"):
        assert words in said.lead
    assert [row[1].text for row in said.table.rows] == ["1", "64"]
    assert {row[-1].text for row in said.table.rows} == {"0.200"}


def test_the_idle_loop_has_a_table_and_a_histogram(make_run, many_cells):
    """Microseconds for the timers, shares for the classes."""
    [idle] = certificate(make_run, many_cells, calibration=CALIBRATION).parts
    assert "at most 3.00 ms late" in idle.lead
    [row] = idle.table.rows
    assert [datum.text for datum in row][:4] == ["asyncio", "0.0400", "0.0600", "80.0"]
    [histogram] = idle.parts
    assert [column.name for column in histogram.table.columns][1:] == ["0 to 0.1 ms", "0.1 to 1 ms", "over 1 ms"]
    assert [datum.text for datum in histogram.table.rows[0]][1:] == ["75.0", "0", "25.0"]


def test_a_run_without_a_calibration_has_no_certificate(make_run, many_cells):
    """Left out on purpose, or from an older Overlap."""
    assert certificate(make_run, many_cells) is None
    assert certificate(make_run, many_cells, calibration={"floor": []}) is None


def test_a_calibration_that_failed_says_why(make_run, many_cells):
    """One sentence instead of a table."""
    said = certificate(make_run, many_cells, calibration={"fault": "the server died."})
    assert (said.lead, said.table) == ("The calibration could not be measured: the server died.", None)
