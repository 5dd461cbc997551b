"""The command that runs a suite of pytest benchmarks on an arm's own code: the candidate's tests for both arms."""

import shlex
from pathlib import Path

from harness.arms.build import Built
from harness.arms.shim import code, environment

# What a project may have in its own options, and would disturb a measurement: off, where it is installed.
_OFF = {
    "pytest-xdist": ("-n0",),
    "pytest-randomly": ("-p", "no:randomly"),
    "pytest-random-order": ("-p", "no:random_order"),
    "pytest-cov": ("--no-cov",),
    "pytest-rerunfailures": ("--reruns=0",),
}
_PLUGIN = "harness.pytest_plugin"


def pytest_command(built: Built, tests: Path, out: Path) -> tuple[list[str], dict[str, str], Path]:
    """
    Answer what runs *tests* on the code of *built*: the words, what is added to the environment, and the folder.

    The results are written to *out*. No shim: what is measured may be the harness itself. The options and
    fixtures are those of the tree in which *tests* lie, but for where it says its modules are to be found.
    """
    off = [word for package, words in _OFF.items() if package in built.packages for word in words]
    own_plugin = (built.root / "harness" / "pytest_plugin.py").is_file()
    if own_plugin and "overlap-bench" not in built.packages:
        off += ["-p", _PLUGIN]  # installed, it would be found by its entry point
    words = [
        str(built.python),
        "-P",
        "-m",
        "pytest",
        str(tests.absolute()),
        # Any other mode puts the folder of the tests, and so the candidate's code, first on the path.
        "--import-mode=importlib",
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
