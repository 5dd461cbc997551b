"""What a user can run to check the statistics: the coverage table and a big run's cost."""

import re

from overlap.harness.stats import coverage, volume
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read


def test_the_coverage_table_has_every_interval_for_every_noise_and_number_of_rounds(capsys):
    """One row each, in percent, with the half width beside it."""
    coverage.main(trials=4)
    printed = capsys.readouterr().out
    for name in (*coverage.INTERVALS, *coverage.NOISE):
        assert name in printed
    rows = [line for line in printed.splitlines() if re.search(r"\d+\.\d \(\d+\.\d\)$", line)]
    assert len(rows) == len(coverage.NOISE) * len(coverage.ROUNDS) + 10


def test_a_big_run_is_written_as_any_other_and_measured(tmp_path, capsys):
    """Small here: 203 calls of 6 chunks over four cells and five rounds, the journal's entries included."""
    volume.write(tmp_path, calls=203, chunks=6)
    run = read(tmp_path)
    assert (len(run.calls), len(run.cells), len(run.slots), run.damaged) == (203, 4, 20, 0)
    assert all(len(call.chunks) == len(call.served[0].written) == 6 for call in run.calls)
    assert summarise(run).cells[0].metrics["ttft.p50"].count >= 50
    volume.main(["--folder", str(tmp_path)])
    words = r"203 calls: read in {s} s, \d+ figures in {s} s, {s} s of CPU in all, {s}\d GiB at most\n"
    assert re.fullmatch(words.replace("{s}", r"\d+\.\d"), capsys.readouterr().out)
