"""Files of recorded numbers: what is read, and what is refused by line."""

from pathlib import Path

import pytest

from overlap.mock_server.behaviour.behaviour import behaviour
from overlap.mock_server.options.permits import OWNER
from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.recordings import columns_file

TRACE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
"""


def test_a_trace_with_dates_and_a_heading_is_read(tmp_path: Path):
    """The Azure trace's own form: dates with seven decimals, prompt and output tokens."""
    path = tmp_path / "trace.csv"
    path.write_text(TRACE)
    first, second = columns_file.rows(str(path), 3)
    assert first[1:] == (374.0, 44.0)
    assert second[0] - first[0] == pytest.approx(4.314579, abs=1e-5)


def test_columns_may_be_separated_by_blanks(tmp_path: Path):
    """Two columns as a plotting tool writes them."""
    path = tmp_path / "measured.txt"
    path.write_text("0.1 0.02\n\n0.2\t0.03\n")
    assert columns_file.rows(str(path), 2) == ((0.1, 0.02), (0.2, 0.03))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no numbers"),
        ("a,b\n", "no numbers"),
        ("1,2\n3\n", "line 2"),
        ("1,2\n3,x\n", "line 2"),
        ("1,2\n3,-4\n", "line 2"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_line(tmp_path: Path, text: str, named: str):
    """Whoever made the file finds the place."""
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(BadSetting, match=named):
        columns_file.rows(str(path), 2)


def test_a_trace_gives_length_and_latency_of_the_same_line(tmp_path: Path):
    """With `--tokens profile` an answer is as long as its line says, and as late as its prompt makes it."""
    path = tmp_path / "trace.csv"
    path.write_text(TRACE)
    how = behaviour(f"trace,path={path},ttft=0,prefill=0.001,itl=0", "profile", "0", 1, permits=OWNER)
    seen = {(how.length(key), how.schedule.due(key, 1)[0]) for key in map(str, range(40))}
    assert seen == {(44, 374_000_000), (109, 396_000_000)}


def test_both_times_of_a_measured_request_come_together(tmp_path: Path):
    """A slow first token goes with the slow gaps of the same line."""
    path = tmp_path / "measured.csv"
    path.write_text("0.1,0.01\n0.5,0.05\n")
    how = behaviour(f"empirical,path={path}", "2", "0", 1, permits=OWNER)
    seen = {tuple(how.schedule.due(key, 2)) for key in map(str, range(40))}
    assert seen == {(100_000_000, 110_000_000), (500_000_000, 550_000_000)}
