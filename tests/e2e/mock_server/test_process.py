"""The mock server as a process: it starts with one line, ends when told, and refuses mistakes in one line."""

import contextlib
import os
import signal
import socket
import subprocess
import sys

import pytest

from overlap.mock_server import command as words_of


def command(*words: str) -> list[str]:
    """Return the command line."""
    return [sys.executable, "-m", "overlap.mock_server", *words]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_it_is_ready_and_ends_cleanly_when_told(number):
    """One line on stdout with address, pid and settings; exit 0, nothing on stderr, however it is ended."""
    words = ("--port", "0", "--profile", "steady,ttft=0.1", "--tokens", "9", "--seed", "7")
    with subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline().split()
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
    assert line[0] == "ready"
    assert line[1].startswith("http://127.0.0.1:")
    assert line[2:] == [f"pid={process.pid}", "profile=steady,ttft=0.1", "tokens=9", "seed=7"]
    assert (process.returncode, rest, errors) == (0, "", "")


def test_it_ends_while_answers_are_under_way(serve, request_bytes):
    """A stream of an hour does not keep it alive."""
    server = serve("--profile", "steady,ttft=3600", fresh=True)
    with socket.create_connection((server.host, server.port)) as line:
        line.sendall(request_bytes(b'{"model":"m","messages":[{"role":"user","content":"x"}]}'))
        os.kill(server.pid, signal.SIGTERM)
        line.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(100) == b""


def mistake(*words: str) -> str:
    """Return the one line that a mistake gets."""
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    return line


def mistake_here(monkeypatch, capsys, words):
    """Return the same line, said by this process."""
    monkeypatch.setattr(sys, "argv", ["mock_server", *words])
    with pytest.raises(SystemExit) as left:
        words_of.main()
    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, "")
    [line] = said.err.splitlines()
    return line


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--profile", "nope"], "steady"),
        (["--profile", "steady,speed=1"], "ttft"),
        (["--profile", "steady,ttft=-0.1"], "ttft=-0.1"),
        (["--profile", "steady,ttft=4000"], "ttft=4000"),
        (["--tokens", "0"], "tokens=0"),
        (["--nonsense"], "--profile"),
        (["--port", "abc"], "--port"),
        (["--port", "70000"], "port"),
        (["--config", "/nowhere.toml"], "nowhere.toml"),
        (["--host", "256.1.1.1", "--port", "0"], "256.1.1.1"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(words, named, monkeypatch, capsys):
    """The line names the mistake and what there is, and nothing is started."""
    assert named in mistake_here(monkeypatch, capsys, words)


def test_a_port_in_use_is_one_line_and_exit_2(serve):
    """Two servers cannot have one address."""
    server = serve()
    assert str(server.port) in mistake("--port", str(server.port))


def test_a_mistake_ends_the_process():
    """As a user's shell sees it: nothing on stdout, one line, exit 2."""
    assert "ttft" in mistake("--profile", "steady,speed=1")


def test_a_file_is_overruled_by_the_command_line(tmp_path, serve, raw):
    """The configuration tells where each value came from."""
    path = tmp_path / "server.toml"
    path.write_text('profile = "steady,ttft=0.01"\ntokens = 3\n')
    server = serve("--config", str(path), "--tokens", "4", fresh=True)
    answer = raw(server, b"GET /overlap/config HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    assert b'"profile":"steady,ttft=0.01"' in answer.rest
    assert b'"tokens":"4"' in answer.rest
    assert b'"profile":"file"' in answer.rest
    assert b'"tokens":"command line"' in answer.rest
    assert b'"seed":"default"' in answer.rest


def test_help_lists_what_there_is():
    """Profiles, lengths and faults with a line each."""
    done = subprocess.run(command("--help"), capture_output=True, text=True, timeout=20, check=True)
    assert all(word in done.stdout for word in ("Profiles:", "lognormal:", "Lengths:", "Faults:", "late_end:"))


def test_a_self_test_passes_before_the_ready_line():
    """The server is measured from outside first, and says how late it was."""
    words = command("--port", "0", "--self-test", "--profile", "steady,ttft=0.05,itl=0.01", "--fault", "cut")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert line.startswith("ready ") or "self-test failed" in errors
    assert "self-test" in errors
