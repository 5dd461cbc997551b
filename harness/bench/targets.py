"""What a run is about: scenarios of the registry, scenarios in files, and applications of somebody's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from overlap.harness import registry
from overlap.harness.application.inputs import read
from overlap.harness.application.spec import ApplicationReference, display_names, parse
from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.host.environment import given
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import SCENARIOS, Plan, chosen, plans, settled
from overlap.harness.model.record import OWN
from overlap.harness.text.mistakes import Mistake

# What an application of somebody's own is asked to do where nobody says anything: every strategy it has the
# method for, on a server about as quick as a small model.
USUAL = Plan(clients=(OWN,), concurrency=(16,), waves=2, profile="lognormal,ttft=0.1,itl=0.005", tokens=16)


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to be measured: what files and reports call it, the question about it, and its plan."""

    title: str
    question: str
    plans: tuple[Plan, ...]


def subjects(config: RunConfig, words: tuple[str, ...]) -> list[Subject]:
    """
    Answer what *words* name. Raises `Mistake` or `Unknown` for what cannot be meant, before anything is started.

    A file is read in a worker, since it may do anything when it is imported; an application not even that.
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
    with Launch(None, config.seed, env=env) as launch:
        try:
            told = launch.ask({"plan": word}, config.slot_timeout)["plan"]
        except WorkerFailure as broken:
            raise Mistake(f"{title} cannot be read: {broken}") from broken
    parts = tuple(Plan(**{**_tuples(part), "subject": word}) for part in told["plan"])
    return Subject(title, told["question"], chosen(config, title, parts, told["packages"]))


def _tuples(part: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where a plan has tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}
