"""Builds the two arms of a trial: each its code, its Python with its packages, and what its processes are told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overlap.harness.bench.worker_process import Launch
from overlap.harness.gate.arms import envs, unread
from overlap.harness.gate.arms.envs import Environment, Recipe
from overlap.harness.gate.arms.lock import lock
from overlap.harness.gate.arms.shim import environment, shim
from overlap.harness.gate.arms.spec import SideSpec
from overlap.harness.gate.arms.tree import Tree, naming, trees
from overlap.harness.gate.record import ARMS, Arm
from overlap.harness.host.environment import PACKAGES
from overlap.harness.host.other_python import check

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """
    An arm that can be run: *python* with *env* added to a scrubbed environment, in the folder *root*.

    *shim* is the folder that brings the harness and the scenarios; *packages* are the versions installed. *notes*
    are sentences that a reader of the comparison must know.
    """

    arm: Arm
    python: Path
    root: Path
    env: dict[str, str]
    spec: SideSpec
    shim: Path
    packages: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def launch(self, hash_seed: int, core: int | None = None) -> Launch:
        """Start a worker of this arm."""
        return Launch(core, hash_seed, python=self.python, env=self.env, cwd=self.root)


@contextmanager
def built(
    base: SideSpec,
    candidate: SideSpec,
    *,
    keep: Path | None = None,
    needs: Sequence[str] = (),
    say: Say = lambda _: None,
) -> Iterator[tuple[Built, Built]]:
    """
    Build both arms; on leaving, remove what was made for them, but for environments, which are kept in *keep*.

    *needs* are modules, besides the worker's own, that either arm must be able to import. *say* is told, a line
    at a time, what takes long. Raises `Mistake` if an arm cannot be built: one line that says which and why.
    """
    specs = base, candidate
    with ExitStack() as stack:
        places = trees(stack, base, candidate)
        environments = _environments(specs, places, (keep or envs.folder()).absolute(), say)
        ours = stack.enter_context(shim(places[1].root if candidate.ref is None else None))
        notes = _notes(places, environments)
        arms = []
        for side, spec, place, (one, facts) in zip(ARMS, specs, places, environments, strict=True):
            env = environment(ours, place.root, one.python, spec.env)
            facts_of_side = place.facts | facts | _packages(one, environments) | {"settings": spec.settings}
            arm = Arm(spec.text, _label(spec, place), facts_of_side)
            build = Built(arm, one.python, place.root, env, spec, ours, one.interpreter.packages, notes)
            if one.name:
                _can_measure(side, build, needs)
            arms.append(build)
        yield arms[0], arms[1]


Found = tuple[Environment, dict[str, Any]]


def _notes(places: tuple[Tree, Tree], environments: Sequence[Found]) -> tuple[str, ...]:
    """Return what must be said of locks that were not read."""
    here = all(one.name is None for one, _ in environments)
    read = [str(facts["lock"]) for _, facts in environments if "lock" in facts]
    return tuple(
        unread.notes(
            places[0].root, places[1].root, read, environments[1][0].interpreter.packages if here else None
        )
    )


def _environments(
    specs: tuple[SideSpec, SideSpec], places: tuple[Tree, Tree], keep: Path, say: Say
) -> list[Found]:
    """
    Return each arm's environment, and what is told of it.

    Sides with equal locks both run in this process's Python: what they share cannot differ between them.
    """
    plain = not any(spec.lock or spec.requirements or spec.python for spec in specs)
    if plain and places[0].root == places[1].root:
        return [(envs.here(), {"environment": "this one"})] * 2
    recipes = [_recipe(*each) for each in zip(ARMS, specs, places, strict=True)]
    if plain and recipes[0].same == recipes[1].same:
        facts = {"environment": "this one", "lock": recipes[0].lock.name, "lock_digest": recipes[0].lock.digest}
        return [(envs.here(), facts)] * 2
    environments = []
    for side, recipe in zip(ARMS, recipes, strict=True):
        with naming(side):
            one = envs.environment(recipe, keep, say)
        environments.append((one, _told(one, recipe)))
    return environments


def _recipe(side: str, spec: SideSpec, place: Tree) -> Recipe:
    with naming(side):
        return Recipe(lock(place.root, spec.lock), place.root, spec.requirements, spec.python)


def _told(one: Environment, recipe: Recipe) -> dict[str, Any]:
    facts = {"environment": one.name, "lock": recipe.lock.name, "lock_digest": recipe.lock.digest}
    return facts | ({"requirements": [each.name for each in recipe.requirements]} if recipe.requirements else {})


def _packages(one: Environment, both: Sequence[Found]) -> dict[str, Any]:
    """Return the Python's version, and of the packages those that matter to every run or that differ here."""
    first, second = (each.interpreter.packages for each, _ in both)
    differ = {name for name in {*first, *second} if first.get(name) != second.get(name)}
    versions = {name: one.interpreter.packages.get(name) for name in sorted(differ | set(PACKAGES))}
    listed = {name: version for name, version in versions.items() if version or name in differ}
    return {"python": one.interpreter.version, "packages": listed}


def _label(spec: SideSpec, place: Tree) -> str:
    """Return a short name: the words, or the commit that was chosen, or what else stands for no words."""
    return spec.text or (place.facts["commit"][:10] if spec.ref else "this tree")


def _can_measure(side: str, build: Built, needs: Sequence[str]) -> None:
    """See that a worker of the arm can start; an environment of its own may lack what the harness needs."""
    spec = build.spec
    modules = [f"overlap.harness.clients.{spec.client}"] if spec.client else []
    modules += ["uvloop"] if spec.loop == "uvloop" else []
    with naming(side):
        check(build.python, build.env, build.root, ("overlap.harness.worker.main", *modules, *needs))
