"""Loads what a slot runs: an application, imported anew with the environment set, or a scenario, imported once."""

from functools import cache, partial
from types import ModuleType
from typing import Any

from overlap.harness import registry
from overlap.harness.application import shared
from overlap.harness.application.adapting import built
from overlap.harness.application.blame import ApplicationError
from overlap.harness.application.loading import forget, imported, public
from overlap.harness.application.pointing import point
from overlap.harness.application.spec import ApplicationReference
from overlap.harness.application.variants import builder
from overlap.harness.host.gc_freeze import settle
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.record import OWN


def load_application(spec: ApplicationReference, endpoint: Endpoint, *, freeze: bool = True) -> Any:
    """
    Point the environment at *endpoint*, import the application anew, and return the object.

    Call it outside the loop, as a program imports its modules. The import is not timed. If *freeze* is true, the
    objects of all imported modules are taken out of the garbage collector's sight for good. Raise
    `ApplicationError` if the application cannot be imported.
    """
    point(endpoint)
    _libraries(spec, freeze=freeze)
    return imported(spec)


@cache
def _libraries(spec: ApplicationReference, *, freeze: bool) -> None:
    """
    Import the libraries of the application once, and freeze them.

    The application itself must stay collectable.
    """
    imported(spec)
    forget(spec)
    settle(freeze=freeze)


def scenario(word: str, spec: ApplicationReference | None) -> ModuleType:
    """
    Return the scenario called *word*: an entry of the registry, a plug-in, or the user's own file *spec*.

    Raise `Unknown` for a name that does not exist, and `ApplicationError` for a file that cannot be imported or is
    no scenario.
    """
    return _file(spec) if spec else registry.load("overlap.scenarios", word)


def build_from_scenario(module: ModuleType, word: str, endpoint: Endpoint, variant: str) -> Any:
    """
    Build the application of a scenario *module* that brings its own client, by its `app(endpoint)`.

    A *variant* is passed to it as well, unless the module's `VARIANTS` has a function for it: that is then called
    with *endpoint* alone. Call this in the loop. Raises `ApplicationError`, and `Unknown` for an unknown variant.
    """
    build = builder(module, word, variant)
    if not build and not hasattr(module, "app"):
        raise ApplicationError(f"{word} has no app(endpoint), which the client {OWN!r} of its plan needs")
    point(endpoint)
    shared.forget()
    if not build:
        build = partial(module.app, variant=variant) if variant else module.app
    return built(build, endpoint, word)


@cache
def _file(spec: ApplicationReference) -> ModuleType:
    # The file may build a client while it is imported; this address makes sure that it reaches no server.
    point(Endpoint("http://127.0.0.1:9/v1"))
    module: ModuleType = imported(spec)
    if missing := [name for name in ("PLAN", "prompts") if not hasattr(module, name)]:
        named = " or ".join(f"{spec.word}:{name}" for name in public(module)[:5]) or f"{spec.word}:NAME"
        raise ApplicationError(
            f"{spec.word} is no scenario, it has no {missing[0]}; an application in it is named {named}, "
            "and `overlap init` writes a scenario to start from"
        )
    return module
