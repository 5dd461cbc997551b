"""Builds the two arms of a trial: each its code, its Python with its packages, and what its processes are told."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.gate.record import Arm
from harness.launch import Launch
from harness.trial.shim import environment, shim
from harness.trial.spec import Spec


@dataclass(frozen=True, slots=True)
class Built:
    """
    An arm that can be run: *python* with *env* added to a scrubbed environment, in the folder *root*.

    *shim* is the folder that brings the harness and the scenarios; *packages* are the versions installed.
    """

    arm: Arm
    python: Path
    root: Path
    env: dict[str, str]
    spec: Spec
    shim: Path
    packages: Mapping[str, str]

    def launch(self, hash_seed: int, core: int | None = None) -> Launch:
        """Start a worker of this arm."""
        return Launch(core, hash_seed, python=self.python, env=self.env, cwd=self.root)


@contextmanager
def built(base: Spec, candidate: Spec) -> Iterator[tuple[Built, Built]]:
    """
    Build both arms; on leaving, remove what was made for them.

    Raises `Mistake` where one cannot be built, with a line that says which and why.
    """
    with ExitStack() as stack:
        roots = Path.cwd(), Path.cwd()
        ours = stack.enter_context(shim(roots[1]))
        arms = []
        for spec, root in zip((base, candidate), roots, strict=True):
            arm = Arm(" ".join(spec.words), spec.label, {"settings": spec.settings})
            env = environment(ours, root, Path(sys.executable), spec.env)
            arms.append(Built(arm, Path(sys.executable), root, env, spec, ours, {}))
        yield arms[0], arms[1]
