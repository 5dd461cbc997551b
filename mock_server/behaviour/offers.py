"""What the owner lets requests choose besides the registries' entries: tried once, before the server is up."""

from overlap.mock_server.behaviour.behaviour import LENGTHS, PROFILES, behaviour
from overlap.mock_server.behaviour.rules import FOLDER as FAULTS
from overlap.mock_server.behaviour.rules import rule
from overlap.mock_server.options import registry, settings
from overlap.mock_server.options.permits import OWNER, parsed


def _profile(words: str) -> None:
    behaviour(words, "1", "0", 0, permits=OWNER)


def _length(words: str) -> None:
    behaviour("instant", words, "0", 0, permits=OWNER)


def _fault(words: str) -> None:
    rule(words, OWNER)


_KINDS = ((PROFILES, _profile), (LENGTHS, _length), (FAULTS, _fault))


def offered(words: str) -> None:
    """Raise `BadSetting` unless *words* are a profile, a length or a fault, of ours or a module of its own."""
    name, _ = parsed(words)
    wrong: list[settings.BadSetting] = []
    own = [call for folder, call in _KINDS if name in registry.names(folder)]
    for call in own or [call for _, call in _KINDS]:
        try:
            call(words)
        except settings.BadSetting as bad:
            wrong.append(bad)
        else:
            return
    raise settings.BadSetting(f"allow={words}: {wrong[0]}")
