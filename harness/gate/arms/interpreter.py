"""Asks a Python, in one short process, what it is, what is installed for it, and whether it can measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from overlap.harness.gate.arms.pins import normalized
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.children import run
from overlap.harness.text.mistakes import Mistake

_ASK = """
import json, platform, sys
from importlib.metadata import distributions
told = (each.metadata for each in distributions())
found = {each["Name"] or "": each["Version"] for each in told}
version, kind = platform.python_version(), platform.python_implementation()
print(json.dumps({"version": version, "kind": kind, "home": sys.base_prefix, "packages": found}))
"""
_IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        sys.exit(f"missing {missing.name}")
"""
LEAST = (3, 11)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python: its version, its implementation (CPython), its path, and package → version."""

    version: str
    kind: str
    home: str
    packages: Mapping[str, str]

    @property
    def too_old(self) -> bool:
        """Return whether it is too old for the harness."""
        return tuple(int(part) for part in self.version.split(".")[:2]) < LEAST


def ask(python: str | Path) -> Interpreter | None:
    """Run *python* and return what it reports about itself; None if it does not run."""
    try:
        done = run([python, "-I", "-c", _ASK], env=scrubbed())
        facts = orjson.loads(done.stdout)
        facts["packages"] = {normalized(name): version for name, version in facts["packages"].items()}
        return Interpreter(**facts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


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
