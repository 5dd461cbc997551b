"""Asks a Python, in one short process, what it is, what is installed for it, and whether it can run a worker."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from overlap.harness.host.environment import PACKAGES, environment_name, normalized, scrubbed
from overlap.harness.host.interpreter import optimized_by
from overlap.harness.host.owned.children import run
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.one_line import one_line

PATIENCE = 30.0
"""Seconds that a Python may take to say what it is: a cold disk, a network share."""

# Its last line is the answer: what a site's own start-up files print comes before it.
_QUESTION = """
import json, platform, sys, sysconfig
try:
    from importlib.metadata import distributions
except ImportError:  # too old, and to be told so
    distributions = tuple
about = (each.metadata for each in distributions())
packages = {each["Name"] or "": each["Version"] for each in about}
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print()
print(json.dumps({"version": platform.python_version(), "kind": platform.python_implementation(), "gil": gil,
    "prefix": sys.prefix, "home": sys.base_prefix, "arguments": sysconfig.get_config_var("CONFIG_ARGS"),
    "packages": packages}))
"""
_IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        sys.exit(f"missing {missing.name}")
"""


class NotPython(Exception):
    """What was run is no Python that works; the message says what it did instead."""


@dataclass(frozen=True)
class OtherPython:
    """
    A Python: its version, its implementation (CPython), whether its GIL is on, and package → version.

    `prefix` is the folder of its environment, `home` that of the installation the environment was made from.
    """

    version: str
    kind: str
    gil: bool
    prefix: str
    home: str
    arguments: str | None
    packages: Mapping[str, str]

    @property
    def release(self) -> tuple[int, int]:
        """Its major and minor version."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def name(self) -> str:
        """What people call its environment."""
        return environment_name(self.prefix)

    @cached_property
    def circumstances(self) -> dict[str, Any]:
        """What a run's files say of it, as `environment.interpreter` says it of the Python that runs this."""
        return {
            "python": self.version,
            "implementation": self.kind,
            "optimized": optimized_by(self.arguments, self.home),
            "gil": self.gil,
            "packages": {name: self.packages[name] for name in PACKAGES if name in self.packages},
        }


def ask(python: str | Path, patience: float = PATIENCE) -> OtherPython:
    """Run *python* and return what it says of itself. Raises `NotPython`."""
    try:
        done = run([python, "-I", "-c", _QUESTION], patience, env=scrubbed(PYTHONDONTWRITEBYTECODE="1"))
    except subprocess.TimeoutExpired:
        raise NotPython(f"has not said within {patience:g} s which Python it is") from None
    except OSError as wrong:
        raise NotPython(f"cannot be started: {wrong.strerror}") from None
    lines = done.stdout.decode("utf-8", "replace").strip().split("\n")
    try:
        facts = orjson.loads(lines[-1])
        facts["packages"] = {normalized(name): version for name, version in facts["packages"].items()}
        answer = OtherPython(**facts)
        assert answer.release > (0, 0)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
        message = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1] or lines[-1]
        raise NotPython(f"is no Python that works: {one_line(message)[:120] or 'it says nothing'}") from None
    return answer


def check(python: Path, env: Mapping[str, str], root: Path, modules: Sequence[str]) -> None:
    """
    See that *python* can import *modules* as a worker would.

    Raises `Mistake` that names the package that is missing, or says why an import failed.
    """
    done = run([python, "-P", "-c", _IMPORT, *modules], cwd=root, env=scrubbed(**env))
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
        if last.startswith("missing "):
            name = last.removeprefix("missing ").partition(".")[0]
            raise Mistake(
                f"the package {name!r} is missing from its environment: its lock must hold overlap-bench"
            )
        raise Mistake(f"its environment cannot run the harness: {last[:200]}")
