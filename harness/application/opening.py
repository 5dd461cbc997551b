"""Opens what a slot runs: an application imported anew in a pointed environment, or a scenario imported once."""

from functools import cache, partial
from types import ModuleType
from typing import Any

from overlap.harness import registry
from overlap.harness.application import shared
from overlap.harness.application.adapting import built
from overlap.harness.application.blame import Unloadable
from overlap.harness.application.loading import forget, imported, public
from overlap.harness.application.pointing import point
from overlap.harness.application.spec import Spec
from overlap.harness.host.gc_freeze import settle
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.record import OWN


def opened(spec: Spec, endpoint: Endpoint, *, freeze: bool = True) -> Any:
    """
    Point the environment at *endpoint*, import the application anew, and return the object. Raises `Unloadable`.

    Outside the loop, as a program imports its modules. The import is not timed. What the application imports is
    set aside for good, unless the process is not to *freeze* anything.
    """
    point(endpoint)
    _libraries(spec, freeze=freeze)
    return imported(spec)


@cache
def _libraries(spec: Spec, *, freeze: bool) -> None:
    """Import once what the application imports, and freeze that; the application itself must stay collectable."""
    imported(spec)
    forget(spec)
    settle(freeze=freeze)


def scenario(word: str, spec: Spec | None) -> ModuleType:
    """
    Return the scenario called *word*: an entry of the registry, a plug-in, or the file *spec* of somebody's own.

    Raises `Unknown` for a name that is not there, `Unloadable` for a file that cannot be imported or is none.
    """
    return _file(spec) if spec else registry.load("overlap.scenarios", word)


def made(module: ModuleType, word: str, endpoint: Endpoint, variant: str) -> Any:
    """
    Let the scenario *module* make its application, client and all, as its plan says: `app(endpoint)`.

    With a *variant* it is given that as well. In the loop. Raises `Unloadable`.
    """
    if not hasattr(module, "app"):
        raise Unloadable(f"{word} has no app(endpoint), which the client {OWN!r} of its plan needs")
    point(endpoint)
    shared.forget()
    return built(partial(module.app, variant=variant) if variant else module.app, endpoint, word)


@cache
def _file(spec: Spec) -> ModuleType:
    # It may build a client while it is imported, though nobody is asked by it.
    point(Endpoint("http://127.0.0.1:9/v1"))
    module: ModuleType = imported(spec)
    if missing := [name for name in ("PLAN", "prompts") if not hasattr(module, name)]:
        named = " or ".join(f"{spec.word}:{name}" for name in public(module)[:5]) or f"{spec.word}:NAME"
        raise Unloadable(
            f"{spec.word} is no scenario, it has no {missing[0]}; an application in it is named {named}, "
            "and `overlap init` writes a scenario to start from"
        )
    return module
