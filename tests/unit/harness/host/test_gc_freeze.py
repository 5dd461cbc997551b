"""What a slot is spared: the garbage of the one before, and walking through what importing left behind."""

import subprocess
import sys

SCRIPT = """
import gc
from overlap.harness.host.gc_freeze import settle
settle()
first = gc.get_freeze_count()
settle()
same = gc.get_freeze_count()
import xml.dom.minidom
settle(freeze=False)
told = gc.get_freeze_count()
settle()
print(first > 0, same <= first, told <= first, gc.get_freeze_count() > first)
"""


def test_what_has_been_imported_since_is_frozen_and_nothing_else_is():
    """A launch of several scenarios imports as it goes; a slot that imports nothing leaves nothing behind."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True"] * 4
