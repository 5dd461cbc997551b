"""The servers of a run, on a core of their own: one for each latency profile, answer length and arguments."""

import shlex
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from overlap.harness.host.core_pinning import seats
from overlap.harness.host.owned.line_process import LineProcess
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.process import Server, mock_command, ready, spawn
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A real endpoint in place of a server of ours; it is neither started nor stopped here."""

    base_url: str
    alive: bool = True

    def stop(self) -> None:
        """Do nothing: the endpoint is not ours to stop."""


_Key = tuple[str, int, tuple[str, ...]]


class Servers:
    """
    Start the servers that a plan needs, and stop them all at the end.

    Idle servers cost nothing, so all share a core.

    With two cores or more, the worker gets the first and the servers the last; several workers get the cores
    between as well. With one core all share it, and `pinned` is False.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._coming: dict[_Key, LineProcess] = {}
        self._running: dict[_Key, Server] = {}
        places = seats()
        self.pinned = places.apart
        self.worker_cores = places.ours
        self.worker_core = places.ours[0]
        self.server_core = places.theirs

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        # A server that was never waited for has served nothing: it is ended without being asked first.
        for process in self._coming.values():
            process.end()
        for server in self._running.values():
            server.stop()

    def begin(self, profile: str, tokens: int, words: tuple[str, ...] = ()) -> None:
        """Start the server that `ensure` will return, without waiting for it. Raise `ServerNotReady`."""
        key = self._key(profile, tokens, words)
        if self._config.base_url or key in self._running or key in self._coming:
            return
        theirs = shlex.split(self._config.server) if self._config.server else None
        command = theirs or mock_command(profile, tokens, self._config.seed, words)
        self._coming[key] = spawn(command, self.server_core)

    def ensure(self, profile: str, tokens: int, words: tuple[str, ...] = ()) -> Server | Elsewhere:
        """
        Return the server of this profile, length and further *words*, started if need be.

        Raise `ServerNotReady`.
        """
        if self._config.base_url:
            return Elsewhere(self._config.base_url)
        self.begin(profile, tokens, words)
        key = self._key(profile, tokens, words)
        if key in self._coming:
            self._running[key] = ready(self._coming[key])
            del self._coming[key]
        return self._running[key]

    def _key(self, profile: str, tokens: int, words: tuple[str, ...]) -> _Key:
        # The user's own server has its own latency, so there is one for all plans.
        return ("", 0, ()) if self._config.server else (profile, tokens, words)

    def of(self, planned: Planned) -> Server | Elsewhere:
        """Return the server that *planned* talks to."""
        return self.ensure(planned.cell.profile, planned.tokens, planned.server)

    @property
    def pids(self) -> list[int]:
        """The process ids of the running servers."""
        return [server.process.pid for server in self._running.values()]

    def check(self) -> None:
        """Raise `ServerLost` if a server has died."""
        for server in self._running.values():
            if not server.alive:
                raise ServerLost(
                    f"the server at {server.base_url} died with exit code {server.process.returncode}"
                )
