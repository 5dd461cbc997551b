"""Builds the two arms of a trial: each its code, its Python with its packages, and what its processes are told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overlap.harness.application.project_python import OURS, Interpreter
from overlap.harness.bench.worker_process import Launch
from overlap.harness.gate.arms import envs, unread
from overlap.harness.gate.arms.envs import Environment, Recipe
from overlap.harness.gate.arms.lock import INSTALLED, lock, unread_lock
from overlap.harness.gate.arms.pins import pins
from overlap.harness.gate.arms.shim import environment, shim
from overlap.harness.gate.arms.spec import SideSpec
from overlap.harness.gate.arms.tree import Tree, naming, trees
from overlap.harness.gate.record import ARMS, Arm
from overlap.harness.host.environment import PACKAGES
from overlap.harness.host.other_python import check
from overlap.harness.text.mistakes import Mistake

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """
    An arm that can be run: *python* with *env* added to a scrubbed environment, in the folder *root*.

    *shim* is the folder that brings the harness and the scenarios; *packages* are the versions installed. A worker
    that is *laid_over* an environment needs nothing of it but its Python. *notes* are sentences that a reader of
    the comparison must know.
    """

    arm: Arm
    python: Path
    root: Path
    env: dict[str, str]
    spec: SideSpec
    shim: Path
    packages: Mapping[str, str]
    notes: tuple[str, ...] = ()
    laid_over: Interpreter = OURS

    def launch(self, hash_seed: int, core: int | None = None, more: Mapping[str, str] | None = None) -> Launch:
        """Start a worker of this arm, with *more* variables in its environment."""
        return Launch(
            core,
            hash_seed,
            python=self.python,
            interpreter=self.laid_over,
            env={**(more or {}), **self.env},
            cwd=self.root,
        )


@contextmanager
def built(  # noqa: PLR0913  two say what is compared, four what it is built of
    base: SideSpec,
    candidate: SideSpec,
    *,
    keep: Path | None = None,
    needs: Sequence[str] = (),
    theirs: Interpreter | None = None,
    say: Say = lambda _: None,
) -> Iterator[tuple[Built, Built]]:
    """
    Build both arms; on leaving, remove what was made for them, but for environments, which are kept in *keep*.

    *needs* are modules, besides the worker's own, that either arm must be able to import. If nothing but
    applications is measured, *theirs* is the Python of their project, or Overlap's own; workers are then laid over
    each arm's environment, in which Overlap need not be installed. *say* is told, a line
    at a time, what takes long. Raises `Mistake` if an arm cannot be built: one line that says which and why.
    """
    specs = base, candidate
    with ExitStack() as stack:
        places = trees(stack, base, candidate)
        chooser = _Chooser((keep or envs.folder()).absolute(), theirs, say)
        environments = chooser.of_both(specs, places)
        ours = stack.enter_context(shim(places[1].root if candidate.ref is None else None))
        notes = _notes(places, environments)
        arms = []
        for side, spec, place, (one, facts) in zip(ARMS, specs, places, environments, strict=True):
            over = Interpreter(str(one.python), one.name or "", one.interpreter) if theirs and one.name else OURS
            env = environment(None if one.name and theirs else ours, place.root, one.python, spec.env)
            facts_of_side = place.facts | facts | _packages(one, environments) | {"settings": spec.settings}
            arm = Arm(spec.text, _label(spec, place), facts_of_side)
            build = Built(arm, one.python, place.root, env, spec, ours, one.interpreter.packages, notes, over)
            if one.name and not theirs:
                _can_measure(side, build, needs)
            arms.append(build)
        yield arms[0], arms[1]


Found = tuple[Environment, dict[str, Any]]


def _notes(places: tuple[Tree, Tree], environments: Sequence[Found]) -> tuple[str, ...]:
    """Return what must be said of locks that were not read."""
    one = environments[1][0]
    read = [str(facts["lock"]) for _, facts in environments if "lock" in facts]
    # One environment of both that was not made of a lock may have other versions than the lock.
    one_for_both = environments[0][0] is one and not envs.made(one)
    where = f"in {one.name}" if one.name else unread.HERE
    packages = one.interpreter.packages if one_for_both else None
    return tuple(unread.notes(places[0].root, places[1].root, read, packages, where))


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Chooses the arms' environments; those that are made are kept in the folder *keep*."""

    keep: Path
    theirs: Interpreter | None
    say: Say

    def of_both(self, specs: tuple[SideSpec, SideSpec], places: tuple[Tree, Tree]) -> list[Found]:
        """
        Return each arm's environment, and what is told of it.

        Sides with equal locks both run in one Python: what they share cannot differ between them.
        """
        plain = not any(spec.lock or spec.requirements or spec.python for spec in specs)
        if plain and places[0].root == places[1].root:
            recipe = _recipe("candidate", specs[1], places[1]) if self.theirs else None
            return [self._shared(recipe, {})] * 2
        recipes = [_recipe(*each) for each in zip(ARMS, specs, places, strict=True)]
        if plain and recipes[0].same == recipes[1].same:
            lock_facts = {"lock": recipes[0].lock.name, "lock_digest": recipes[0].lock.digest}
            return [self._shared(recipes[1], lock_facts)] * 2
        return [self._made(side, recipe) for side, recipe in zip(ARMS, recipes, strict=True)]

    def _shared(self, recipe: Recipe | None, lock_facts: dict[str, Any]) -> Found:
        """Return the one environment of both sides: the project's own, the lock's, or the one that runs here."""
        if self.theirs and self.theirs.about:
            one = Environment(Path(self.theirs.path), self.theirs.about, self.theirs.name)
            return one, {"environment": one.name, **lock_facts}
        here = envs.here()
        if self.theirs and recipe and recipe.lock.name == INSTALLED and (name := unread_lock(recipe.root)):
            raise Mistake(
                f"{name} is not read here: name the project's environment with --python, or a lock with "
                "lock=FILE; --python here takes Overlap's own environment"
            )
        if self.theirs and recipe and _elsewhere(recipe, here):
            return self._made("both sides", recipe)
        return here, {"environment": "this one", **lock_facts}

    def _made(self, side: str, recipe: Recipe) -> Found:
        with naming(side):
            one = envs.environment(recipe, self.keep, self.say)
        return one, _told(one, recipe)


def _elsewhere(recipe: Recipe, here: Environment) -> bool:
    """Return whether the lock of *recipe* pins other versions than are installed here."""
    file = recipe.lock.file or recipe.root / recipe.lock.name
    return bool(unread.differing(pins(file), here.interpreter.packages))


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
