"""The command that runs a suite of pytest benchmarks on an arm's own code: the candidate's tests for both arms."""

import shlex
from pathlib import Path

from overlap.harness.gate.arms.build import Built
from overlap.harness.gate.arms.shim import code, environment

# What a project may have in its own options, and would disturb a measurement: off, where it is installed.
_OFF = {
    "pytest-xdist": ("-n0",),
    "pytest-randomly": ("-p", "no:randomly"),
    "pytest-random-order": ("-p", "no:random_order"),
    "pytest-cov": ("--no-cov",),
    "pytest-rerunfailures": ("--reruns=0",),
}
# The plugin's name, by the file that a tree has where it has the plugin; the last two are of older commits.
_PLUGINS = {
    "src/overlap/harness/pytest_plugin/__init__.py": "overlap.harness.pytest_plugin",
    "harness/pytest_plugin/__init__.py": "harness.pytest_plugin",
    "harness/pytest_plugin.py": "harness.pytest_plugin",
}


def pytest_command(built: Built, tests: Path, out: Path) -> tuple[list[str], dict[str, str], Path]:
    """
    Return what runs *tests* on the code of *built*: the words, what is added to the environment, and the folder.

    The results are written to *out*. No shim: what is measured may be the harness itself. The options and
    fixtures are those of the tree in which *tests* lie, but for where it says its modules are to be found.
    """
    off = [word for package, words in _OFF.items() if package in built.packages for word in words]
    if (plugin := _plugin(built.root)) and "overlap-bench" not in built.packages:
        off += ["-p", plugin]  # installed, it would be found by its entry point
    words = [
        str(built.python),
        "-P",
        "-m",
        "pytest",
        str(tests.absolute()),
        # Any other mode puts the folder of the tests, and so the candidate's code, first on the path.
        "--import-mode=importlib",
        # Else, without a configuration, rows are named from what the tests and the arm's folder have in common.
        f"--rootdir={_rootdir(tests.absolute())}",
        "-o",
        f"pythonpath={shlex.join(map(str, code(built.root)))}",
        "-p",
        "no:cacheprovider",
        *off,
        "--benchmark-enable",
        "--benchmark-only",
        f"--benchmark-json={out.absolute()}",
        "-q",
    ]
    return words, environment(None, built.root, built.python, built.spec.env), built.root


def _plugin(root: Path) -> str | None:
    """Return the name of the plugin whose code the tree at *root* has; None if it has none."""
    return next((name for file, name in _PLUGINS.items() if (root / file).is_file()), None)


def _rootdir(tests: Path) -> Path:
    """Return the folder from which both arms name their rows: the one where we are, if the tests lie below it."""
    here = Path.cwd()
    return here if tests.is_relative_to(here) else tests if tests.is_dir() else tests.parent
