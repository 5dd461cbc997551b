"""Many charts, drawn by several processes: the same drawings, none lost."""

import multiprocessing
import os
import subprocess
import sys

import pytest

from overlap.harness.report import drawing, drawings
from overlap.harness.report.charts.bars import BarChart, BarRow

# As few as are many here.
CHARTS = [
    BarChart(f"chart-{number}", f"Title {number}", (BarRow("gather", number + 1.0),), "ms") for number in range(3)
]


class Broken(BarChart):
    """A chart that cannot be drawn."""

    def draw(self):
        """Fail."""
        raise ValueError("no such colour")


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    """Three charts are enough to be drawn on both."""
    monkeypatch.setattr(drawings, "MANY", len(CHARTS))
    monkeypatch.setattr(drawings, "cores", lambda: [0, 1])


@pytest.fixture
def alone(monkeypatch):
    """The test's own process has threads of the test runner's, which drawing does not touch."""
    monkeypatch.setattr(drawings, "active_count", lambda: 1)


@pytest.mark.usefixtures("alone")
def test_two_processes_draw_what_one_draws(monkeypatch):
    """Every chart is there, in the order asked, the same to the byte; this process drew only its part."""
    wanted = {chart.name: drawing.svg(chart) for chart in CHARTS}
    here, draw = [], drawing.svg
    monkeypatch.setattr(drawing, "svg", lambda chart: here.append(chart.name) or draw(chart))
    assert list(drawings.drawn(CHARTS).items()) == list(wanted.items())
    assert here == [chart.name for chart in CHARTS[::2]]
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("alone")
def test_a_chart_that_cannot_be_drawn_fails_as_if_drawn_here():
    """The copy's failure is not swallowed: the chart is drawn again where its error is seen."""
    broken = Broken("broken", "Broken", (), "ms")
    with pytest.raises(ValueError, match="no such colour"):
        drawings.drawn([CHARTS[0], broken, *CHARTS[1:]])
    assert not multiprocessing.active_children()


def test_a_process_with_threads_is_not_copied(monkeypatch):
    """A lock that one of them holds would stay locked in the copy."""
    monkeypatch.setattr(drawings, "active_count", lambda: 2)
    monkeypatch.setattr(drawings, "_copy", lambda _: pytest.fail("copied"))
    assert len(drawings.drawn(CHARTS)) == len(CHARTS)


def test_a_home_that_cannot_be_written_to_costs_no_word():
    """Matplotlib keeps its fonts elsewhere then, and would say so in lines of its own."""
    environment = {
        key: value for key, value in os.environ.items() if key not in {"MPLCONFIGDIR", "XDG_CONFIG_HOME"}
    }
    command = [sys.executable, "-c", "from overlap.harness.report import palette as ink; print(ink.BLUE)"]
    environment |= {"HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null/cache"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=True)
    assert (done.stdout, done.stderr) == ("#050501\n", "")
