"""What the server is told: one frozen record, from whose fields the command line is derived."""

import os
from dataclasses import dataclass, field, fields
from typing import Any

from mock_server import settings
from mock_server.schedule import Schedule

MOST_TOKENS = 100_000


def _option(default: Any, about: str) -> Any:
    """Make a field that is also an option of the command line, with its help text."""
    return field(default=default, metadata={"help": about})


@dataclass(frozen=True, slots=True)
class Config:
    """The server's configuration; a value that cannot be used raises `settings.BadSetting`, in one line."""

    host: str = _option("127.0.0.1", "address to listen on")
    port: int = _option(8000, "port to listen on; 0 picks a free one")
    profile: str = _option("instant", "latency profile, as in steady,ttft=0.1,itl=0.02 (seconds)")
    tokens: int = _option(50, "tokens in an answer")
    seed: int = _option(0, "seed of every draw")
    cores: str = _option("", "cores this process may use, as in 1 or 0,2; empty leaves it alone")
    journal: int = _option(100_000, "entries the journal keeps until they are taken")

    def __post_init__(self) -> None:
        """Refuse what cannot be used, before anything is started."""
        for name, least, most in (("port", 0, 65_535), ("tokens", 1, MOST_TOKENS), ("journal", 1, 10_000_000)):
            if not least <= getattr(self, name) <= most:
                raise settings.BadSetting(f"{name}={getattr(self, name)}: must be from {least} to {most}")
        self.schedule()
        self.affinity()

    def schedule(self) -> Schedule:
        """Answer the schedule that profile and seed make."""
        profile = settings.chosen("mock_server.profiles", self.profile, "offsets", given=2)
        return Schedule(profile.function, profile.settings, self.seed)

    def affinity(self) -> set[int]:
        """Answer the cores to run on; none means wherever the system likes."""
        if not self.cores:
            return set()
        try:
            cores = {int(core) for core in self.cores.split(",")}
        except ValueError:
            raise settings.BadSetting(f"cores={self.cores}: must be numbers, as in 0,2") from None
        # Not the cores this process has now: whoever starts it may be pinned, and means another for it.
        there = range(os.cpu_count() or 1) if hasattr(os, "sched_setaffinity") else ()
        if not cores <= set(there):
            known = ",".join(map(str, there)) or "none to choose on this system"
            raise settings.BadSetting(f"cores={self.cores}: there are {known}")
        return cores

    def echo(self) -> dict[str, Any]:
        """Answer every field with its value."""
        return {option.name: getattr(self, option.name) for option in fields(self)}
