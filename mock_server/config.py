"""What the server is told: one frozen record, from whose fields the command line is derived."""

import os
import select
from dataclasses import dataclass, field, fields, replace
from typing import Any

from overlap.mock_server.behaviour.behaviour import KEYS, Behaviour, behaviour
from overlap.mock_server.behaviour.offers import offered
from overlap.mock_server.behaviour.rules import FaultRule, rule
from overlap.mock_server.http.guard import sendable, usable
from overlap.mock_server.load.capacity import Size
from overlap.mock_server.options import settings
from overlap.mock_server.options.permits import OWNER, Permits, named
from overlap.mock_server.recordings import input_files


def _option(default: Any, about: str) -> Any:
    """Make a field that is also an option of the command line, with its help text."""
    return field(default=default, metadata={"help": about})


LIVE = frozenset(
    {
        "profile",
        "tokens",
        "prefill",
        "shape",
        "seed",
        "model",
        "fault",
        "rpm",
        "tpm",
        "burst",
        "slots",
        "queue",
        "slowdown",
        "stall",
        "keep_alive",
    }
)
"""What can be changed while the server runs."""

_RANGES = {
    "port": (0, 65_535),
    "journal": (1, 10_000_000),
    "prefill": (0, 10),
    "rpm": (0, 10**9),
    "tpm": (0, 10**9),
    "burst": (0.001, 60),
    "slots": (0, 100_000),
    "queue": (0, 1_000_000),
    "slowdown": (0, 1000),
    "stall": (0, 1),
    "workers": (1, 64),
    "keep_alive": (0.1, 86_400),
}


MOST_WORDS = 1_000
"""How many models, how many faults there may be, and how many characters each of them may have."""


@dataclass(frozen=True, slots=True)
class Config:
    """
    The server's configuration; a value that cannot be used raises `settings.BadSetting`, in one line.

    Without `permits` its words are those of whoever starts the server, and may name modules and files; what a
    client changes carries the `permitted` of the configuration it started from.
    """

    host: str = _option("127.0.0.1", "address to listen on")
    port: int = _option(8000, "port to listen on; 0 picks a free one")
    profile: str = _option("instant", "latency profile, as in steady,ttft=0.1,itl=0.02 (seconds)")
    tokens: str = _option(
        "50", "tokens in an answer: a number, lognormal,median=130 or another length, or profile"
    )
    prefill: float = _option(0.0, "seconds that each prompt token adds to the first token's time")
    shape: str = _option(
        "", "how streams are sent: group=4 tokens to an event; apart, role and end in packets of their own"
    )
    seed: int = _option(0, "seed of every draw")
    model: tuple[str, ...] = _option(
        (), "for one model, as in 'gpt-slow profile=steady,ttft=2 tokens=9'; repeatable"
    )
    fault: tuple[str, ...] = _option(
        (), "a fault, as in cut,after=10,rate=0.1 or status,code=429,nth=3; repeatable"
    )
    rpm: int = _option(0, "requests per minute and model; 0 is no limit")
    tpm: int = _option(0, "tokens per minute and model; 0 is no limit")
    burst: float = _option(60.0, "seconds' worth of the limits that may come at once")
    slots: int = _option(0, "requests worked on at once; 0 is no limit, and no model of load")
    queue: int = _option(100_000, "requests that may wait for a slot; more are answered 503")
    slowdown: float = _option(0.0, "with slots: the share by which each further request slows all others")
    stall: float = _option(0.0, "with slots: the share of decode's speed that reading a prompt takes, 0 to 1")
    workers: int = _option(
        1, "processes that serve the one address; seeds, limits, slots and journal hold for all"
    )
    keep_alive: float = _option(75.0, "seconds after which an idle connection is closed")
    cores: str = _option("", "cores this process may use, as in 1 or 0,2; empty leaves it alone")
    journal: int = _option(100_000, "entries the journal keeps until they are taken")
    self_test: bool = _option(
        default=False, about="measure TTFT and ITL first, and do not start if they are not kept"
    )
    token: str = _option(
        "", "bearer token for the control endpoints; off loopback one is drawn where none is given"
    )
    allow: tuple[str, ...] = _option(
        (), "what requests may choose besides, as in my.profile or recorded,file=it.json; repeatable"
    )
    allow_host: tuple[str, ...] = _option(
        (), "a name of this server's in the Host header of control requests, besides localhost; repeatable"
    )
    permits: Permits | None = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be used, before anything is started."""
        for option in options():
            value = _typed(option.name, getattr(self, option.name), type(option.default))
            object.__setattr__(self, option.name, value)
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise settings.BadSetting(f"{name}={getattr(self, name)}: must be from {least} to {most}")
        if self.self_test and not hasattr(select, "epoll"):
            raise settings.BadSetting("self_test: its client is for Linux only")
        for name in ("profile", "tokens", "shape"):
            _brief(name, getattr(self, name))
        for name in ("model", "fault"):
            _few(name, getattr(self, name))
        self.behaviour()
        self.models()
        self.rules()
        self.affinity()
        for words in self.allow:
            offered(words)
        _spoken_to(self.allow_host, self.token)

    def permitted(self) -> Permits:
        """Return what clients may choose: what the words of this configuration name, if it is the owner's."""
        if self.permits is not None:
            return self.permits
        chosen = (self.words(), *({**self.words(), **words} for words in self._models().values()))
        return named(
            (*self.allow, *self.fault, *(words[key] for words in chosen for key in ("profile", "tokens")))
        )

    def words(self, model: str = "") -> dict[str, str]:
        """Return how requests for *model* are answered, in words."""
        words = {"profile": self.profile, "tokens": self.tokens, "prefill": str(self.prefill), "shape": self.shape}
        return words | self._models().get(model, {})

    def _models(self) -> dict[str, dict[str, str]]:
        found = {}
        for entry in self.model:
            name, *pairs = entry.split() or [""]
            if not name:
                raise settings.BadSetting(f"model={entry!r}: must begin with the model's name")
            words = {}
            for pair in pairs:
                key, _, value = pair.partition("=")
                if key not in KEYS:
                    raise settings.BadSetting(
                        f"model={entry}: no {key!r} for a model; there are: {', '.join(KEYS)}"
                    )
                words[key] = value
            found[name] = words
        return found

    def behaviour(self, model: str = "") -> Behaviour:
        """Return how requests for *model* are answered."""
        return behaviour(**self.words(model), seed=self.seed, permits=self.permits or OWNER)

    def models(self) -> dict[str, Behaviour]:
        """Return the behaviour of every model that has one of its own."""
        return {name: self.behaviour(name) for name in self._models()}

    def rules(self) -> list[FaultRule]:
        """Return the rules of the faults."""
        return [rule(words, self.permits or OWNER) for words in self.fault]

    def size(self) -> Size | None:
        """Return how much the server can do at once, or None where there is no limit to that."""
        return Size(self.slots, self.queue, self.slowdown, self.stall) if self.slots else None

    def affinity(self) -> set[int]:
        """Return the cores to run on; none means wherever the system likes."""
        if not self.cores:
            return set()
        try:
            cores = {int(core) for core in self.cores.split(",")}
        except ValueError:
            raise settings.BadSetting(f"cores={self.cores}: must be numbers, as in 0,2") from None
        # Not the cores this process has now: whoever starts it may be pinned, and means another for it.
        there = range(os.cpu_count() or 1) if hasattr(os, "sched_setaffinity") else ()
        if not cores <= set(there):
            available = ",".join(map(str, there)) or "none to choose on this system"
            raise settings.BadSetting(f"cores={self.cores}: there are {available}")
        return cores

    def bare(self) -> "Config":
        """Return the same without faults, limits and load: what a self-test measures."""
        return replace(self, fault=(), rpm=0, tpm=0, slots=0, permits=self.permitted())

    def echo(self) -> dict[str, Any]:
        """Return every field with its value."""
        return {option.name: getattr(self, option.name) for option in options()}


def options() -> list[Any]:
    """Return the fields of the configuration that are options of the command line."""
    return [option for option in fields(Config) if "help" in option.metadata]


def _brief(name: str, value: str) -> None:
    if len(value) > MOST_WORDS:
        raise settings.BadSetting(f"{name}={value}: longer than {MOST_WORDS} characters")


def _spoken_to(names: tuple[str, ...], token: str) -> None:
    """Refuse names of this server and a token that no request could carry."""
    for name in names:
        if not usable(name):
            raise settings.BadSetting(f"allow_host={name}: must be a name or an address, without a port")
    if not sendable(token):
        raise settings.BadSetting("token: must be ASCII letters, digits and signs, without spaces")


def _few(name: str, values: tuple[str, ...]) -> None:
    if len(values) > MOST_WORDS:
        raise settings.BadSetting(f"{name}: there may be {MOST_WORDS} at most, not {len(values)}")
    for value in values:
        _brief(name, value)


def _typed(name: str, value: Any, wanted: type) -> Any:
    """Return *value* as the type its field has, where a file or a JSON body spells it a little differently."""
    if wanted is tuple and isinstance(value, list | str):
        value = (value,) if isinstance(value, str) else tuple(value)
    elif isinstance(value, int) and not isinstance(value, bool) and wanted in {str, float}:
        value = wanted(value)
    words = {
        bool: "true or false",
        str: "words",
        int: "a whole number",
        float: "a number",
        tuple: "a list of words",
    }
    fits = isinstance(value, wanted) and isinstance(value, bool) is (wanted is bool)
    if not fits or (wanted is tuple and not all(isinstance(word, str) for word in value)):
        # Not as it was written: a value in JSON may be of any size, and nested too deeply to be.
        written = f"={value!r}" if isinstance(value, str | int | float | None) else ""
        raise settings.BadSetting(f"{name}{written}: must be {words[wanted]}")
    return value


def from_file(path: str) -> dict[str, Any]:
    """Return the settings that a TOML file has, by name."""
    import tomllib  # few have such a file

    try:
        entries = tomllib.loads(input_files.content(path).decode())
    except (OSError, ValueError, RecursionError) as unreadable:
        reason = getattr(unreadable, "strerror", None) or unreadable
        raise settings.BadSetting(f"config={path}: cannot be read: {reason}") from None
    there = [option.name for option in options()]
    for name in entries:
        if name not in there:
            raise settings.BadSetting(f"config={path}: no {name!r}; there are: {', '.join(there)}")
    return entries
