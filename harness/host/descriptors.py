"""File descriptors: whether a process may have one for each call in flight, and who has run out of them."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from overlap.harness.host.owned.children import OWN
from overlap.harness.host.owned.marks import marked_with
from overlap.harness.text.mistakes import Mistake

RESERVE = 40
"""What a process has open besides a connection for each call: pipes, its loop, files that it imports."""

SPARE = 2  # a process with this few left could not open what it needed
NAMES = {
    "overlap.mock_server": "the mock server",
    "overlap.scenarios.service": "the service",
    "overlap.harness.load.engine": "Locust",
}


def allow(at_once: int) -> None:
    """
    See that processes started from now on may have *at_once* connections. Raises `Mistake` where they may not.

    The soft limit, which every user may raise, is raised if need be and if the hard one allows it.
    """
    if sys.platform == "win32":
        return
    import resource

    needed, (soft, hard) = at_once + RESERVE, resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Mistake(
            f"{at_once} connections at once take {needed} file descriptors a process, which may have {hard}: "
            f"raise the hard limit (ulimit -n {needed}), or have fewer calls in flight"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def shortage() -> str | None:
    """Say which of the processes that were started here have run out of descriptors; None where none has."""
    short = [complaint for pid in marked_with(OWN) if (complaint := _short(pid))]
    return ", and ".join(sorted(set(short))) or None


def _short(pid: int) -> str | None:
    with suppress(OSError, ValueError, IndexError):
        limits = Path(f"/proc/{pid}/limits").read_text("ascii")
        [line] = [each for each in limits.splitlines() if each.startswith("Max open files")]
        limit, used = int(line.split()[3]), len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208  only counted
        if used >= limit - SPARE:
            return f"{_name(pid)} has {used} of the {limit} file descriptors open that it may have (ulimit -n)"
    return None


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
    return next((name for module, name in NAMES.items() if module in words), "the worker")
