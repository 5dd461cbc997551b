"""A child that is talked to line by line, whatever it is: heard, asked for its last words, ended."""

import sys
import time
from queue import Queue

import psutil
import pytest

from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.line_process import LineProcess, Over, Silent
from overlap.harness.mock.process import start

ECHO = "import sys\nfor line in sys.stdin: print(line.strip()[::-1], flush=True)"


def child(code, **more):
    """Start *code* in a process of its own."""
    return LineProcess([sys.executable, "-c", code], env=scrubbed(), **more)


@pytest.fixture
def echo():
    """A child that says every line backwards."""
    process = child(ECHO)
    yield process
    process.end()


def test_lines_go_both_ways_and_several_that_come_at_once_are_told_one_by_one(echo):
    """Two were sent before the first was asked for; a third has not been said."""
    echo.say(b"abc")
    echo.say(b"de")
    assert (echo.line(10), echo.line(10)) == (b"cba", b"ed")
    with pytest.raises(Silent):
        echo.line(0.0)
    assert echo.alive


def test_what_came_of_a_line_is_kept_where_its_end_is_late():
    """Half a line, silence, and the other half: it is one line."""
    code = "import sys\nprint('ab', end='', flush=True)\nsys.stdin.readline()\nprint('cd', flush=True)"
    process = child(code)
    try:
        while not process.unfinished:
            with pytest.raises(Silent):
                process.line(0.1)
        assert process.unfinished == b"ab"
        process.say(b"")
        assert process.line(10) == b"abcd"
        with pytest.raises(Over):
            process.line(10)
    finally:
        process.end()


def test_a_line_of_many_megabytes_is_read_at_once():
    """A slot of many calls is one line."""
    process = child("print('x' * 20_000_000)")
    try:
        assert len(process.line(30)) == 20_000_000
    finally:
        process.end()


def test_followed_lines_come_one_by_one_with_an_end(echo):
    """What had come before it was followed is not lost."""
    echo.say(b"1")
    echo.say(b"2")
    assert echo.line(10) == b"1"
    heard = Queue()
    echo.follow(heard.put)
    echo.say(b"34")
    assert [heard.get(timeout=10), heard.get(timeout=10)] == [b"2", b"43"]
    echo.leave()
    assert heard.get(timeout=10) is None


@pytest.mark.parametrize(
    ("code", "how", "words"),
    [
        ("import sys; sys.exit(3)", "exit code 3", ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9", ""),
        ("raise ValueError('key sk-proj-0123456789abcdef0123')", "exit code 1", "ValueError: key [secret]"),
    ],
)
def test_how_it_ended_is_told_in_words_and_without_secrets(code, how, words):
    """Exit codes and signals apart; of a traceback the line that says what went wrong."""
    process = child(code)
    process.wait(20)
    process.end()
    assert (process.how_it_ended, process.last_words(), process.alive) == (how, words, False)


def test_one_that_does_not_end_by_itself_is_ended_with_all_it_has_started():
    """It ignores the end of its input, and has a child that does so, too."""
    code = (
        "import subprocess, sys, time\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(other.pid, flush=True)\ntime.sleep(60)"
    )
    process = child(code)
    other = int(process.line(20))
    process.end(0.1)
    process.end()
    assert process.how_it_ended == "signal 9"
    assert not psutil.pid_exists(other) or psutil.Process(other).status() == psutil.STATUS_ZOMBIE


def test_a_server_that_prints_goes_on_serving(tmp_path):
    """A megabyte on both streams, as of an access log: nobody wants to read it, and it goes on all the same."""
    done = tmp_path / "done"
    code = (
        "import pathlib, sys, time\nprint('ready http://127.0.0.1:1', flush=True)\n"
        "for stream in (sys.stdout, sys.stderr):\n    stream.write('GET /v1 200\\n' * 90_000)\n"
        "    stream.flush()\n"
        f"pathlib.Path({str(done)!r}).touch()\ntime.sleep(60)"
    )
    with start([sys.executable, "-c", code]) as server:
        end = time.monotonic() + 20
        while not done.exists() and time.monotonic() < end:
            time.sleep(0.01)
        assert done.exists()
        assert server.alive
