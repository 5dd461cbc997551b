"""Short turns on the core: asked for, granted, and handed down."""

import platform
import subprocess
import sys

import pytest

from overlap.harness.host import scheduler_slice

# What is asked for is for the process that asks; another tells what it has got.
TOLD = """
import ctypes, threading
from overlap.harness.host import scheduler_slice as slices

def turn():
    read, _ = slices._CALLS[slices.platform.machine()]
    known = ctypes.create_string_buffer(slices._ATTRIBUTES.size)
    assert ctypes.CDLL(None).syscall(read, 0, known, slices._ATTRIBUTES.size, 0) == 0
    policy, nice, turn = (slices._ATTRIBUTES.unpack(known.raw)[place] for place in (1, 3, 5))
    return policy, nice, turn

before = turn()
print(slices.shorten(), turn()[:2] == before[:2], turn()[2])
thread = threading.Thread(target=lambda: print(turn()[2]))
thread.start()
thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has it")
def test_turns_are_as_short_as_asked_for_in_every_thread_and_nothing_else_changes():
    """Policy and niceness stay; a kernel older than turns keeps its own."""
    told = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True)
    granted, same, *turns = told.stdout.split()
    assert (granted, same) == ("True", "True")
    assert turns[0] == turns[1]
    if tuple(map(int, platform.release().split(".")[:2])) >= (6, 12):
        assert int(turns[0]) == scheduler_slice.TURN


def test_where_it_cannot_be_asked_for_nothing_is_done(monkeypatch):
    """Another system, or a processor whose numbers are not known."""
    monkeypatch.setattr(scheduler_slice.platform, "machine", lambda: "abacus")
    assert scheduler_slice.shorten() is False
