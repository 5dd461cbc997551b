"""The servers of a run: one for each latency profile, answer length and set of words, on a core of their own."""

import shlex
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from harness.config import RunConfig
from harness.environment import cores
from harness.journal import Lost
from harness.plan import Planned
from harness.server import Server, mock_command, start


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A real endpoint in a server's place: nothing of it is started here, and nothing stopped."""

    base_url: str
    alive: bool = True

    def stop(self) -> None:
        """Leave it be."""


class Servers:
    """
    Starts what a plan needs, and stops it all at the end. Idle ones cost nothing, so all share one core.

    Where there are two cores or more, the worker gets the first and the servers the last; else all share one
    and `pinned` is False.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._running: dict[tuple[str, int, tuple[str, ...]], Server] = {}
        allowed = cores()
        self.pinned = len(allowed) > 1
        self.worker_core = allowed[0] if self.pinned else None
        self.server_core = allowed[-1] if self.pinned else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for server in self._running.values():
            server.stop()

    def ensure(self, profile: str, tokens: int, words: tuple[str, ...] = ()) -> Server | Elsewhere:
        """Answer the server of this profile, length and more *words*, started if need be. Raises `NotReady`."""
        if self._config.base_url:
            return Elsewhere(self._config.base_url)
        # A server of the user's own has its own latency: there is one, whatever the plan says.
        key = ("", 0, ()) if self._config.server else (profile, tokens, words)
        if key not in self._running:
            theirs = shlex.split(self._config.server) if self._config.server else None
            command = theirs or mock_command(profile, tokens, self._config.seed, words)
            self._running[key] = start(command, self.server_core)
        return self._running[key]

    def of(self, planned: Planned) -> Server | Elsewhere:
        """Answer the server that *planned* talks to."""
        return self.ensure(planned.cell.profile, planned.tokens, planned.server)

    @property
    def pids(self) -> list[int]:
        """The process ids of all that run."""
        return [server.process.pid for server in self._running.values()]

    def check(self) -> None:
        """Raise `Lost` when a server has died."""
        for server in self._running.values():
            if not server.alive:
                raise Lost(f"the server at {server.base_url} died with exit code {server.process.returncode}")
