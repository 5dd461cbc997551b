"""A master and workers on hosts of their own, played by network namespaces where these may be made."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

import pytest

from overlap.harness.load.call_log import SHARE
from overlap.harness.mock.process import mock_command, start
from overlap.harness.store import run_files

OURS, THEIRS = "10.77.0.1", "10.77.0.2"


def _ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def hosts():
    """Return (address of the first host, what to put before a command to run it on either of them)."""
    first, second = (f"overlap-{os.getpid()}-{letter}" for letter in "ab")
    with ExitStack() as stack:
        made = shutil.which("ip") is not None
        for name in (first, second):
            made = made and _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
        made = made and _ip(
            "link", "add", "veth0", "netns", first, "type", "veth", "peer", "veth0", "netns", second
        )
        for name, address in ((first, OURS), (second, THEIRS)):
            made = made and _ip("-n", name, "addr", "add", f"{address}/24", "dev", "veth0")
            made = made and _ip("-n", name, "link", "set", "veth0", "up")
            made = made and _ip("-n", name, "link", "set", "lo", "up")
        on = [["ip", "netns", "exec", name] for name in (first, second)] if made else [[], []]
        yield (OURS if made else "127.0.0.1"), *on


@pytest.mark.slow
def test_calls_of_workers_elsewhere_come_together_on_the_master(hosts, tmp_path):
    """Server and master on one host, two workers on another: every call is brought in, and counted once."""
    address, here, there = hosts
    load = [sys.executable, "-m", "overlap.harness.cli", "load", "--master-host", address, "--master-port", "5591"]
    words = ["--users", "4", "--time", "1", "--expect-workers", "2", "--quiet", "--endpoint", "chat_stream"]
    mock = [*here, *mock_command("steady,ttft=0.05,itl=0.01", 4, 7), "--host", address]
    with start(mock) as server:
        to = ["--host", server.base_url, "--results", str(tmp_path)]
        workers = [subprocess.Popen([*there, *load, "--worker"], stderr=subprocess.DEVNULL) for _ in range(2)]
        try:
            done = subprocess.run(
                [*here, *load, "--master", *words, *to], capture_output=True, text=True, timeout=90, check=False
            )
            codes = [worker.wait(20) for worker in workers]
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    assert done.returncode == 0, done.stderr
    assert codes == [0, 0]
    [folder] = [each for each in tmp_path.iterdir() if not each.is_symlink()]
    run = run_files.read(folder)
    calls = [call for call in run.calls if not call.warmup]
    assert {call.index // SHARE for call in calls} == {0, 1}
    assert sum(slot.made for slot in run.slots) == len(calls) > 8
    assert len({call.index for call in run.calls}) == len(run.calls)
    assert all(len(call.chunks) == 4 and not call.error for call in calls)
