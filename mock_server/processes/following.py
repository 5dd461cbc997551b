"""Has a process end with the one that started it, however that ends."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # from the kernel's prctl.h
# Looked up before there is a fork, in which a lock of the loader's could be held by nobody.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def follow(parent: int) -> None:
    """Be killed when *parent* ends; at once, where it has ended already. Nothing on other systems than Linux."""
    if _prctl is None:
        return
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
