"""The notebook of the repository, executed from its first cell to its last in a kernel of its own."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[2] / "scenarios" / "notebook.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook with its outputs; a process of its own, since kernels leave loops and sockets behind."""
    path = tmp_path_factory.mktemp("notebook") / "executed.ipynb"
    code = (
        "import nbclient, nbformat, sys; made = nbformat.read(sys.argv[1], 4); "
        "nbclient.NotebookClient(made, timeout=120, kernel_name='python3').execute(); "
        "nbformat.write(made, sys.argv[2])"
    )
    words = [sys.executable, "-c", code, str(NOTEBOOK), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return nbformat.read(path, 4)


@pytest.mark.slow
def test_a_comparison_shows_its_table_and_chart_inline(executed):
    """What is awaited in a cell is shown below it: a table of the strategies, and the chart as an image."""
    shown = [output for cell in executed.cells for output in cell.get("outputs", ()) if "data" in output]
    [server, own] = [output.data["text/html"] for output in shown]
    assert all("overlap" in output.data["text/plain"].lower() for output in shown)
    for name in ("ainvoke", "gather", "abatch"):
        assert f"<td>{name}</td>" in server
    assert "of the possible" in server
    assert server.count("<img ") >= 1
    assert "<td>task_group</td>" in own
    assert "<script" not in server + own


def test_the_notebook_is_kept_without_outputs():
    """Figures of one machine and one day do not belong into the repository's history."""
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
