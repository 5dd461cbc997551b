"""Starts any server as a child process, waits for its "ready" line, and stops it again."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from overlap.harness.host import our_package
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.line_process import LineProcess, Over, Silent
from overlap.harness.host.secrets import masked
from overlap.harness.text.last_words import reason

PATIENCE = 20.0  # seconds for a server to come up: importing takes one, a busy CI machine the rest
END_PATIENCE = 5.0  # seconds for a server to end by itself when it is told to


class ServerNotReady(Exception):
    """The server did not start; the message is one line with the server's own last words."""


def mock_command(profile: str, tokens: int | str, seed: int, more: Sequence[str] = ()) -> list[str]:
    """Return the command line of our mock server, on a free port of the loopback, with the arguments *more*."""
    words = ("--port", "0", "--profile", profile, "--tokens", str(tokens), "--seed", str(seed))
    return our_package.command("overlap.mock_server", *words, *more)


@dataclass
class Server:
    """A running server; `base_url` has no path. Use it as a context, or call `stop`."""

    process: LineProcess
    base_url: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.alive

    def stop(self, patience: float = END_PATIENCE) -> None:
        """Ask the server to end; kill it, and all it has started, if it does not within *patience* seconds."""
        self.process.ask_to_end()
        self.process.end(patience)


def start(
    command: Sequence[str], core: int | None = None, patience: float = PATIENCE, *, together: bool = False
) -> Server:
    """
    Start *command* on *core* and wait for the line `ready <address> …` on its stdout.

    Raise `ServerNotReady` if the command ends, prints another line, or prints nothing for *patience* seconds.
    Started *together*, the process stays in our session, so that `overlap.harness.host.idle_guard` may keep its
    core awake.
    """
    process = spawn(command, core, together=together)
    try:
        return ready(process, patience)
    except BaseException:
        process.end()
        raise


def spawn(command: Sequence[str], core: int | None = None, *, together: bool = False) -> LineProcess:
    """Start *command* on *core*; `ready` waits for it. Raise `ServerNotReady` if there is no such command."""
    try:
        return LineProcess(command, core, together=together, env=scrubbed(PYTHONUNBUFFERED="1"), with_input=False)
    except OSError as wrong:
        raise ServerNotReady(f"cannot start {command[0]}: {wrong.strerror}") from wrong


def ready(process: LineProcess, patience: float = PATIENCE) -> Server:
    """Wait for the "ready" line of *process*, as `start` does; raise `ServerNotReady` after ending the process."""
    try:
        line = process.line(patience)
    except (Silent, Over):
        line = process.unfinished
    words = line.decode("utf-8", "replace").split()
    if len(words) >= 2 and words[0] == "ready":
        # Its further output is not needed, but a pipe that is never read would block it.
        process.follow()
        return Server(process, words[1])
    raise ServerNotReady(_obituary(process, line))


def _obituary(process: LineProcess, line: bytes) -> str:
    """End *process* and return one line with its last output."""
    ended = True
    try:
        process.wait(0.5)  # its pipe closes a moment before it can be seen to have ended
    except subprocess.TimeoutExpired:
        ended = False
    process.end()
    last = process.last_words() or reason(masked(line.decode("utf-8", "replace")))
    return f"the server did not come up: {last or ('it ended without a word' if ended else 'it said nothing')}"
