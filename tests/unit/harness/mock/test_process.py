"""Starting any server: its ready line, its last words, its end."""

import os
import signal
import sys
import time

import psutil
import pytest

from overlap.harness.mock.process import ServerNotReady, mock_command, start

READY = "import time; print('ready http://127.0.0.1:1 and more', flush=True); time.sleep(60)"


def test_the_address_is_the_second_word_of_the_ready_line():
    """Whatever the line says beyond it is for people."""
    with start([sys.executable, "-c", READY]) as server:
        assert server.base_url == "http://127.0.0.1:1"
        assert server.alive
    assert not server.alive


@pytest.mark.parametrize("together", [False, True])
def test_a_server_is_out_of_ctrl_cs_reach(together):
    """It has a process group of its own, and a session of its own unless it is to share ours."""
    with start([sys.executable, "-c", READY], together=together) as server:
        pid = server.process.pid
        assert os.getpgid(pid) == pid
        assert os.getsid(pid) == (os.getsid(0) if together else pid)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit('port 80 is taken')", "port 80 is taken"),
        ("pass", "ended without a word"),
        ("print('hello there', flush=True); import time; time.sleep(60)", "hello there"),
    ],
)
def test_a_server_that_does_not_come_up_is_one_line(code, said):
    """The line holds what the server said last; the process is gone."""
    with pytest.raises(ServerNotReady, match=said) as refused:
        start([sys.executable, "-c", code], patience=20)
    assert "\n" not in str(refused.value)


def test_a_server_that_says_nothing_is_given_up_on():
    """Nobody waits for ever, and nothing is left running."""
    with pytest.raises(ServerNotReady, match="said nothing"):
        start([sys.executable, "-c", "import time; time.sleep(60)"], patience=0.3)
    assert not [child for child in psutil.Process().children() if "sleep(60)" in " ".join(child.cmdline())]


def test_a_command_that_is_not_there_is_named():
    """The line names the command."""
    with pytest.raises(ServerNotReady, match="/no/such/server"):
        start(["/no/such/server"])


def test_a_server_that_will_not_end_is_ended():
    """A process that ignores SIGTERM gets SIGKILL once patience is over."""
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}"
    server = start([sys.executable, "-c", code])
    server.stop(patience=0.3)
    assert not server.alive
    assert server.process.returncode == -signal.SIGKILL


def test_keys_and_proxies_of_the_shell_do_not_reach_the_server(monkeypatch):
    """A child gets what it needs to run, and nothing else."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    code = (
        "import os; bad = {'OPENAI_API_KEY', 'HTTP_PROXY', 'LANGSMITH_TRACING'} & set(os.environ); "
        "print('ready', 'leaked' if bad else 'clean', flush=True); import time; time.sleep(60)"
    )
    with start([sys.executable, "-c", code]) as server:
        assert server.base_url == "clean"


def test_the_mock_comes_up_and_stops_quickly():
    """Our own server, by its command line."""
    server = start(mock_command("instant", 4, 7))
    assert server.base_url.startswith("http://127.0.0.1:")
    began = time.monotonic()
    server.stop()
    assert server.process.returncode == 0
    # Five seconds later it would have been killed, and the exit code would say so.
    assert time.monotonic() - began < 5
