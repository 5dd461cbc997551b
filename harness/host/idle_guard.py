"""
Keeps a core from going to sleep between the events of an open loop, or of a recording that is played.

A core that has nothing to do is put to sleep, and a virtual one is given away: to be woken then takes 0.1 to
some ms, which a schedule with pauses meets at nearly every call. A child that spins on the core prevents this;
it runs under SCHED_IDLE, so that any other task preempts it at once. It must be of the same session as
those tasks, since Linux weighs sessions against each other before it compares priorities: in its own, it would
take half of the core.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from overlap.harness.host.core_pinning import seats
from overlap.harness.host.environment import cores
from overlap.harness.host.owned.children import marked

# It asks for its parent as it spins, and so ends with it, however that ends.
_SPIN = (
    "import os, sys\n"
    "parent, core = map(int, sys.argv[1:])\n"
    "if core >= 0: os.sched_setaffinity(0, [core])\n"
    "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
    "while os.getppid() == parent: pass"
)


@contextmanager
def awake(core: int | None = None, *, wanted: bool = True) -> Iterator[bool]:
    """
    Keep *core* awake until the end of the block, where *wanted*; returns whether that is done.

    None: the core this process is pinned to. A process waiting on another core must be in this process's session.
    """
    if not wanted or not hasattr(os, "SCHED_IDLE"):
        yield False
        return
    command = [sys.executable, "-I", "-S", "-c", _SPIN, str(os.getpid()), str(-1 if core is None else core)]
    nothing = subprocess.DEVNULL
    # No `Child`: a worker that has imported an application would be copied for what is done before the start.
    spinner = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, env=marked(os.environ))
    try:
        yield True
    finally:
        spinner.kill()
        spinner.wait()


@contextmanager
def at_its_post() -> Iterator[bool]:
    """
    Keep this process to the first core that it may use, and that awake; returns whether it is.

    Where there is only one core, the server that is measured needs it, and all stays as it is.
    """
    allowed, post = cores(), seats().ours[0]
    if post is None or not hasattr(os, "sched_setaffinity"):
        yield False
        return
    os.sched_setaffinity(0, [post])
    try:
        with awake() as kept:
            yield kept
    finally:
        os.sched_setaffinity(0, allowed)
