"""The subjects of a run: scenarios of the registry, scenarios in files, and the user's own applications."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from overlap.harness import registry
from overlap.harness.application.inputs import read
from overlap.harness.application.project_python import interpreter_of
from overlap.harness.application.spec import ApplicationReference, display_names, parse
from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.host.environment import given
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import SCENARIOS, Plan, chosen, plans, settled
from overlap.harness.model.record import OWN
from overlap.harness.text.mistakes import Mistake

# The plan of the user's own application if no option says otherwise: every strategy for which it has the method,
# on a server about as fast as a small model.
USUAL = Plan(clients=(OWN,), concurrency=(16,), waves=2, profile="lognormal,ttft=0.1,itl=0.005", tokens=16)


@dataclass(frozen=True, slots=True)
class Subject:
    """One scenario or application to measure: its title in reports, the question about it, and its plans."""

    title: str
    question: str
    plans: tuple[Plan, ...]


def possible(config: RunConfig, plan: Plan, installed: Mapping[str, Any]) -> Plan:
    """
    Return *plan* with the event loops that the application's environment has.

    Raise `Mistake` if uvloop was asked for and is not there.
    """
    if "uvloop" not in plan.loops or "uvloop" in installed["packages"]:
        return plan
    if "uvloop" in config.loops:
        raise Mistake(f"uvloop is not installed in {installed['interpreter']}: leave it out of --loops")
    return replace(plan, loops=tuple(loop for loop in plan.loops if loop != "uvloop"))


def runs_under(strategy: str, installed: Mapping[str, Any]) -> bool:
    """Return whether *strategy* runs under the application's Python: task groups came with 3.11."""
    return strategy != "task_group" or not str(installed.get("python", "")).startswith("3.10.")


def subjects(config: RunConfig, words: tuple[str, ...]) -> list[Subject]:
    """
    Return the subjects that *words* name.

    Raise `Mistake` or `Unknown` for a wrong name, before anything is started.

    A scenario file is imported in a worker, since it may do anything then; an application is not imported here at
    all.
    """
    if config.inputs:
        read(str(config.inputs))
    env = given(config.env)
    named = display_names(words)
    return [_subject(config, word, named[word], env) for word in words]


def _subject(config: RunConfig, word: str, title: str, env: Mapping[str, str]) -> Subject:
    spec = parse(word)
    if spec is None:
        return Subject(word, registry.help_text(SCENARIOS, word), plans(config, word))
    if spec.file and not spec.file.is_file():
        raise Mistake(f"there is no file {spec.place}")
    if not spec.target:
        return _file(config, word, title, env)
    return Subject(title, f"What is the best way to call {title}?", (_own(config, spec, word),))


def _own(config: RunConfig, spec: ApplicationReference, word: str) -> Plan:
    for option in ("clients", "variants"):
        if getattr(config, option):
            raise Mistake(f"{spec.word} has a client of its own: leave out --{option}")
    return replace(settled(config, USUAL), subject=word)


def _file(config: RunConfig, word: str, title: str, env: Mapping[str, str]) -> Subject:
    with Launch(None, config.seed, env=env, interpreter=interpreter_of(config.scenarios, config.python)) as launch:
        try:
            answer = launch.ask({"plan": word}, config.slot_timeout)["plan"]
        except WorkerFailure as broken:
            raise Mistake(f"{title} cannot be read: {broken}") from broken
    parts = tuple(Plan(**{**_tuples(part), "subject": word}) for part in answer["plan"])
    return Subject(title, answer["question"], chosen(config, title, parts, answer["packages"]))


def _tuples(part: dict[str, Any]) -> dict[str, Any]:
    """Return *part* with tuples for lists: JSON has no tuples, and a plan has no lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}
