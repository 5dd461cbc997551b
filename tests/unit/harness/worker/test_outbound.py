"""What a worker may connect to. Each case runs in a process of its own: an audit hook stays for good."""

import subprocess
import sys

import pytest

from overlap.harness.host.our_package import IMPORTED_FROM
from overlap.harness.model.endpoint import host_and_port

# A server of somebody else's on this machine, in another process; and one of the application's own.
START = """
import asyncio, socket, sys, threading, urllib.request
from overlap.harness.worker.loops import factory
from overlap.harness.worker.outbound import OUTBOUND, NotAllowedError

def listening():
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server

def tried(connect):
    try:
        connect()
    except NotAllowedError as refused:
        return refused.strerror
    except OSError as other:
        return type(other).__name__
    return "connected"

def connect(host, port):
    return lambda: socket.create_connection((host, port), 2).close()

def on_loop(kind, host, port):
    async def connect():
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
        writer.close()
    def run():
        loop = factory(kind)()
        try:
            loop.run_until_complete(connect())
        finally:
            loop.close()
    return run

theirs = int(sys.argv[1])
"""
SERVER = (
    "import socket, time; server = socket.create_server(('127.0.0.1', 0)); "
    "print(server.getsockname()[1], flush=True); time.sleep(60)"
)


@pytest.fixture
def theirs():
    """Return the port of a server on this machine that is not the application's."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    yield server.stdout.readline().strip()
    server.kill()
    server.wait()
    server.stdout.close()


def printed(code, theirs):
    """Run *code* and return the lines that it prints."""
    command = [sys.executable, "-c", START + code, theirs]
    done = subprocess.run(
        command,
        env={"PYTHONPATH": str(IMPORTED_FROM)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("kind", [None, "asyncio", "uvloop"])
@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.example.invalid", "2001:db8::1"])
def test_nothing_is_sent_to_another_host(theirs, kind, host):
    """By an address or a name, on a socket, on either loop; it is counted."""
    way = f"connect({host!r}, 443)" if kind is None else f"on_loop({kind!r}, {host!r}, 443)"
    code = f"OUTBOUND.begin()\nOUTBOUND.admit(['http://127.0.0.1:9/v1'])\nprint(tried({way}))\nprint(dict(OUTBOUND.refused))"
    message, counts = printed(code, theirs)
    place = f"[{host}]:443" if ":" in host else f"{host}:443"
    assert message.startswith(f"nothing was sent to {place}")
    assert message.endswith(f"--allow {place} permits it")
    assert counts == str({place: 1})


def test_of_this_machines_ports_the_servers_and_the_applications_own_are_open(theirs):
    """Not a database or a model that happens to run here; that takes --allow."""
    code = """
server, own = listening(), listening()
port, own_port = server.getsockname()[1], own.getsockname()[1]
OUTBOUND.begin()
OUTBOUND.admit([f"http://127.0.0.1:{port}/v1"])
print(tried(connect("127.0.0.1", port)), tried(connect("localhost", port)), tried(connect("127.0.0.1", own_port)))
print(tried(connect("127.0.0.1", theirs)))
print(tried(on_loop("uvloop", "127.0.0.1", theirs)))
OUTBOUND.admit([f"http://127.0.0.1:{port}/v1"], [f"127.0.0.1:{theirs}"])
print(tried(connect("127.0.0.1", theirs)), tried(connect("localhost", theirs)))
OUTBOUND.admit([], ["localhost"])
print(tried(connect("127.0.0.1", theirs)))
OUTBOUND.admit([], ["all"])
print(tried(connect("127.0.0.1", theirs)), dict(OUTBOUND.refused))
"""
    usual, refused, on_loop, named, any_port, everything = printed(code, theirs)
    assert usual == "connected connected connected"
    assert refused.startswith(f"nothing was sent to 127.0.0.1:{theirs}")
    assert on_loop.startswith(f"nothing was sent to 127.0.0.1:{theirs}")
    assert named == "connected connected"
    assert any_port == "connected"
    assert everything == "connected {}"


def test_a_server_that_the_application_starts_in_a_process_of_its_own_is_its_own(theirs):
    """As tools that are served over HTTP beside the application."""
    code = f"""
import subprocess
child = subprocess.Popen([sys.executable, "-c", {SERVER!r}], stdout=subprocess.PIPE, text=True)
port = int(child.stdout.readline())
OUTBOUND.begin()
OUTBOUND.admit([])
print(tried(connect("127.0.0.1", port)))
child.kill()
"""
    assert printed(code, theirs) == ["connected"]


def test_a_host_that_is_allowed_by_name_may_be_reached_at_its_address(theirs):
    """At the port that was named, and at no other."""
    code = """
socket.getaddrinfo("localhost", 1)  # before anything is watched
OUTBOUND.begin()
OUTBOUND.admit([], [f"this.machine.example:{theirs}"])
real = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more: real("203.0.113.7" if "example" in host else host, *more)
OUTBOUND.check("this.machine.example", theirs)
OUTBOUND.check("203.0.113.7", theirs)
print("allowed")
print(tried(lambda: OUTBOUND.check("203.0.113.7", theirs + 1)))
print(tried(lambda: OUTBOUND.check("other.example", theirs)))
"""
    allowed, port, name = printed(code, theirs)
    assert allowed == "allowed"
    assert port.startswith("nothing was sent to 203.0.113.7")
    assert name.startswith("nothing was sent to other.example")


def test_datagrams_are_refused_and_sockets_of_this_machines_files_are_not(theirs):
    """A name server, a collector of statistics; a socket with a path leaves nothing."""
    code = """
import os, tempfile
OUTBOUND.begin()
OUTBOUND.admit([])
print(tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("203.0.113.7", 53))))
path = os.path.join(tempfile.mkdtemp(), "socket")
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
print(tried(lambda: socket.socket(socket.AF_UNIX).connect(path)))
"""
    datagram, path = printed(code, theirs)
    assert datagram.startswith("nothing was sent to 203.0.113.7:53")
    assert path == "connected"


def test_where_nothing_is_watched_nothing_is_refused(theirs):
    """In a notebook's process, or a test session's, which are not ours."""
    assert printed('print(tried(on_loop("asyncio", "127.0.0.1", theirs)))', theirs) == ["connected"]


@pytest.mark.parametrize("host", ["", "http://x", "x/y", "a b:1", "x:port", "user@x", "x?y"])
def test_what_is_no_host_is_refused(host):
    """A port is a number."""
    with pytest.raises(ValueError, match=r"no host|Port"):
        host_and_port(host)
