"""
Processes that do not outlive the one that started them, however that ends, nor does anything that they start.

Three things see to it, all of them on Linux. The kernel kills a child when its parent ends. Every child carries a
mark in its environment, which all that it starts inherit: by it they are found when the child is ended. And inside
of `guarded` a process of its own (guardian.py) waits for the end of this one and ends whatever carries its mark:
SIGKILL leaves this one no time to do so itself. On other systems a child is ended with its process group;
after a SIGKILL only those end that see the end of their input, as workers do.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from secrets import token_hex
from threading import current_thread, main_thread
from typing import Any

from overlap.harness.host import our_package
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.marks import VARIABLE, end_marked
from overlap.harness.host.owned.sweeping import sweep

_PR_SET_PDEATHSIG = 1  # from the kernel's prctl.h
# Looked up now: between fork and exec, a lock of the loader's may be held by a thread that is not there.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def confine(core: int | None, parent: int | None = None, *, grouped: bool = False) -> None:
    """
    Pin this child to one core before it runs, and have it killed when *parent* ends, however that ends.

    No *parent* where a thread starts the child: the kernel looks at the thread, which may end long before. A
    *grouped* child leads a process group of its own.
    """
    if grouped:
        os.setpgid(0, 0)  # `Popen` takes a process group from 3.11 on only
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    if _prctl and parent is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it had ended before this was said
            os._exit(1)


class Child(subprocess.Popen[bytes]):
    """
    A process on *core*, out of Ctrl-C's reach: that is for us, who then end it in order.

    It has a session of its own, or *together* ours: Linux shares out a core among sessions before it looks at
    processes, and what a process asks for counts in its session alone. *env* is its whole environment, but for the
    mark; all else is as `Popen` has it.
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        core: int | None = None,
        *,
        together: bool = False,
        env: Mapping[str, str] | None = None,
        **streams: Any,
    ) -> None:
        GUARD.begin()
        self.mark = token_hex(8)
        parent = os.getpid() if current_thread() is main_thread() else None
        super().__init__(
            command,
            env=marked(os.environ if env is None else env, self.mark),
            start_new_session=not together,
            preexec_fn=partial(confine, core, parent, grouped=together),  # system calls only, no lock is taken
            **streams,
        )

    def end(self, patience: float = 0.0) -> None:
        """Give it *patience* seconds to end by itself; then end it, and whatever it has started, in any case."""
        try:
            if patience > 0:
                self.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if self.poll() is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)
                self.kill()
                self.wait()
            end_marked(self.mark)

    def discard(self, patience: float = 0.0) -> None:
        """End it so, and close what it was read by."""
        self.end(patience)
        for pipe in (self.stdout, self.stderr):
            if pipe:
                pipe.close()


def run(
    command: Sequence[str | os.PathLike[str]], timeout: float | None = None, **more: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run *command* to its end as `subprocess.run` does, but as a `Child`. Raises `TimeoutExpired`."""
    child = Child(
        command, stdin=subprocess.DEVNULL, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    )
    try:
        output, errors = child.communicate(timeout=timeout)
    finally:
        child.discard()
    return subprocess.CompletedProcess(command, child.returncode, output, errors)


OWN = token_hex(8)
"""The mark of whatever is started here, guarded or not: by it a process that has run short is found."""


class _Guard:
    """The guardian of this process, begun when it is first needed while it is wanted."""

    def __init__(self) -> None:
        self.mark = ""
        self.inherited: tuple[str, ...] = ()
        """Of the process that this one is a fork of: the marks of its blocks."""
        self.wanted = 0
        self.pids: tuple[int, ...] = ()
        self._guardian: subprocess.Popen[bytes] | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks of the blocks that everything started now has to end with."""
        return (*self.inherited, self.mark) if self.wanted else self.inherited

    def want(self) -> None:
        """Want it once more. The first time it gets a new mark: what was started before is not in its care."""
        if not self.wanted:
            self.mark = token_hex(8)
        self.wanted += 1

    def begin(self) -> None:
        """Start it, where it is wanted and not there; first of all, tidy up after those that had none."""
        if not self.wanted or self._guardian:
            return
        if swept := sweep():
            print(f"overlap: {swept}", file=sys.stderr, flush=True)
        paths = (str(our_package.IMPORTED_FROM), os.environ.get("PYTHONPATH"))
        nothing = subprocess.DEVNULL
        self._guardian = subprocess.Popen(
            our_package.command("overlap.harness.host.owned.guardian", self.mark, *map(str, self.pids)),
            stdin=subprocess.PIPE,
            stdout=nothing,
            stderr=nothing,
            env=scrubbed(PYTHONPATH=os.pathsep.join(filter(None, paths))),
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """End what is still there, and then the guardian."""
        if self._guardian is None:
            return
        end_marked(self.mark)
        guardian, self._guardian = self._guardian, None
        guardian.kill()
        guardian.wait()
        assert guardian.stdin
        guardian.stdin.close()

    def forget(self) -> None:
        """Leave the guardian, in a fork, to the process that started it, whose end must not wait for ours."""
        self.inherited = self.marks
        guardian, self._guardian, self.wanted = self._guardian, None, 0
        if guardian and guardian.stdin:
            guardian.returncode = 0  # as far as this process knows: it is no child of its own
            guardian.stdin.close()


GUARD = _Guard()
os.register_at_fork(after_in_child=GUARD.forget)


def marked(env: Mapping[str, str], *more: str) -> dict[str, str]:
    """Return *env* with the marks of what is started here: this process's, those of `guarded`, and *more*."""
    return {**env, VARIABLE: " ".join((*os.environ.get(VARIABLE, "").split(), OWN, *GUARD.marks, *more))}


@contextmanager
def guarded(*pids: int) -> Iterator[None]:
    """
    Have all that is started in this block end with it, and with this process, however that ends.

    What was started before it goes on: in a notebook or a test session, it may be a server that is still needed.
    The end of any of the processes *pids* counts as the end of this one.
    """
    GUARD.want()
    GUARD.pids += pids
    try:
        yield
    finally:
        GUARD.wanted -= 1
        if not GUARD.wanted:
            GUARD.pids = ()
            GUARD.dismiss()
