"""The interventions there are: each a file of the registry, read into one record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from overlap.harness import registry
from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation
from overlap.harness.text.mistakes import Mistake

FOLDER = "overlap.harness.diagnose.interventions"
# A trap is something to mend, a tuning something to choose, a probe a question about where the time goes.
Kind = Literal["trap", "tuning", "probe"]
KINDS: tuple[Kind, ...] = ("trap", "tuning", "probe")


def _nothing(*_notes: Any, **_told: Any) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Intervention:
    """
    One change that is tried.

    `does` is what it does, in a developer's words, `headlines` the figures it is judged by: one
    that is timed, and counts that decide if it shows nothing. `parameters(seen)` returns the arguments of
    `apply`, or None if there is nothing to change; `nothing` is the sentence for that. `watch(notes)` runs in the
    watched process and `apply(**parameters)` in a changed one, both before the application is imported. `order`
    has the fields of the worker's job that change. `title(seen)` names what is in the way, `advice(seen)` the
    line to change.
    """

    name: str
    does: str
    kind: Kind
    headlines: tuple[str, ...]
    nothing: str
    order: Mapping[str, Any]
    parameters: Callable[[Observation], dict[str, Any] | None]
    watch: Callable[[Notes], None]
    apply: Callable[..., None]
    title: Callable[[Observation], str]
    advice: Callable[[Observation], str]


def intervention(name: str) -> Intervention:
    """Read the intervention in file *name*. Raises `Unknown`."""
    module = registry.load(FOLDER, name)
    return Intervention(
        name=name,
        does=registry.help_text(FOLDER, name).rstrip("."),
        kind=module.KIND,
        headlines=(module.HEADLINE, *getattr(module, "ALSO", ())),
        nothing=module.NOTHING,
        order=getattr(module, "ORDER", {}),
        parameters=module.parameters,
        watch=getattr(module, "watch", _nothing),
        apply=getattr(module, "apply", _nothing),
        title=module.title,
        advice=module.advice,
    )


def interventions(only: Iterable[str] = ()) -> list[Intervention]:
    """
    Return the interventions named by *only*, or all, in the order traps, tunings, probes.

    Raises `Mistake`, saying what there is, for one that is not there.
    """
    there = registry.names(FOLDER)
    wanted = tuple(only)
    if unknown := [name for name in wanted if name not in there]:
        raise Mistake(f"no intervention {unknown[0]!r}; there are: {', '.join(there)}")
    read = [intervention(name) for name in there if not wanted or name in wanted]
    return sorted(read, key=lambda each: KINDS.index(each.kind))
