"""
Ends what the process that started it leaves behind, however that ended.

    python -m overlap.harness.host.owned.guardian MARK [PID …]

Its input ends when the one process that holds the other end of the pipe does, be it by SIGKILL. Then it ends every
process that carries MARK in its environment, children of children too, and removes the temporary folders that
have no owner any more. It does the same when one of the processes PID ends. It has a session of its own, so that a
terminal's signals do not reach it.
"""

import os
import selectors
import sys
from time import sleep

from overlap.harness.host.owned.marks import end_marked
from overlap.harness.host.owned.sweeping import sweep


def wait(pids: list[int]) -> None:
    """Wait until the input ends, or one of the processes *pids*."""
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        for pid in pids:
            try:
                selector.register(os.pidfd_open(pid), selectors.EVENT_READ)
            except ProcessLookupError:
                return
            except (AttributeError, OSError):  # a system that knows no such thing
                continue
        selector.select()


def main() -> None:
    """Wait for the end of the process that started this one, and tidy up after it."""
    mark, *pids = sys.argv[1:]
    wait([int(pid) for pid in pids])
    # More than once: an ending process closes one file after the other, a lock perhaps later than our pipe, and a
    # child that was just being forked carries no mark yet.
    for pause in (0.0, 0.05, 0.15, 0.3, 0.6):
        sleep(pause)
        end_marked(mark)
        sweep()


if __name__ == "__main__":
    main()
