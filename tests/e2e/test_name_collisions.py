"""A project may have packages with the names of our folders, and modules with those of our dependencies."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OVERLAP = Path(sys.executable).with_name("overlap")
NAMES = ("harness", "mock_server", "scenarios", "results", "tests", "config")
APP = """
from openai import AsyncOpenAI
from harness import NAME
client = AsyncOpenAI()
async def ask(question):
    answer = await client.chat.completions.create(model=NAME, messages=[{"role": "user", "content": question}])
    return answer.choices[0].message.content
"""


@pytest.fixture
def project(tmp_path):
    """Make a project whose packages are called as ours are, with `numpy` and `orjson` of its own beside them."""
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("NAME = 'theirs'\n")
    for name in ("numpy", "orjson", "rich"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported by Overlap')\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "test_app.py").write_text(
        "import urllib.request\n"
        "def test_theirs(mock_llm):\n"
        "    import harness\n"
        "    assert harness.NAME == 'theirs'\n"
        "    assert urllib.request.urlopen(mock_llm.base_url + '/models').status == 200\n"
    )
    return tmp_path


def run(command, folder, **variables):
    """Run *command* in *folder*, whose modules any child could find first."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_a_test_session_uses_the_mock_beside_packages_of_these_names(project):
    """Started as `python -m pytest`, which puts the project's folder before all installed packages."""
    for name in ("numpy", "orjson", "rich"):
        (project / f"{name}.py").unlink()  # `python -m pytest` itself would import them
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_app.py"], project)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_starts_where_modules_of_its_dependencies_names_lie(project):
    """The script of an installed package does not look in the working folder, and nor do its children."""
    done = run([OVERLAP, "list", "strategies"], project)
    assert (done.returncode, done.stderr) == (0, "")
    done = run([OVERLAP, "serve", "--port", "0", "--profile", "nonsense"], project)
    assert done.returncode == 2
    assert "no 'nonsense'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_an_application_is_measured_beside_packages_of_these_names(project):
    """Server, worker and report: the project's own `harness` is the application's, and nobody else's."""
    words = ["bench", "app.py:ask", "--rounds", "1", "--calls", "2", "--concurrency", "2", "--calibrate", "0"]
    done = run([OVERLAP, *words, "--strategies", "gather", "--results", "out"], project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The books balance" in done.stdout


@pytest.mark.slow
def test_a_wheel_has_one_package(tmp_path):
    """Nothing but `overlap` becomes importable, and what is not Python comes with it."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        tmp_path,
        ROOT,
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"overlap"}
    wanted = {
        "harness/report/style.css",
        "mock_server/__main__.py",
        "scenarios/budgets.toml",
        "py.typed",
        "locust_user.py",
    }
    assert {f"overlap/{name}" for name in wanted} <= set(names)
