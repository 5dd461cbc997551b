"""A server process: the socket, the loop, the ready line, and a clean end."""

import asyncio
import contextlib
import gc
import os
import resource
import secrets
import signal
import socket
import sys
from functools import partial

import uvloop

from overlap.mock_server.app import App
from overlap.mock_server.config import Config
from overlap.mock_server.http import guard
from overlap.mock_server.http.connection import ClientConnection
from overlap.mock_server.processes.following import follow
from overlap.mock_server.timing.pacer import Pacer

BACKLOG = 8192


def open_socket(config: Config) -> socket.socket:
    """Return a listening socket; raises OSError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    return socket.create_server((config.host, config.port), family=family, backlog=BACKLOG)


def address(listening: socket.socket) -> str:
    """Return the base URL that clients use."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def ready_line(config: Config, url: str) -> str:
    """Return the ready line, which is printed once the server can be used."""
    words = f"profile={config.profile} tokens={config.tokens} seed={config.seed}"
    return f"ready {url} pid={os.getpid()} {words}"


async def _serve(config: Config, sources: dict[str, str], listening: socket.socket) -> int:
    """Serve until told to stop; return the process's exit code."""
    stop = stopping()
    first = config.bare() if config.self_test else config
    own = token(config, listening)
    app = App(first, Pacer(asyncio.get_running_loop()), sources, own)
    server = await listened(app, listening)
    sound = not config.self_test or await tested(address(listening), own)
    if sound:
        app.configure(config)
        print(ready_line(config, address(listening)), flush=True)
        await swept(app, stop)
    server.close()
    app.close()
    await asyncio.sleep(0)
    return 0 if sound else 1


def stopping(*signals: signal.Signals) -> asyncio.Event:
    """Return what is set by any of *signals*: by SIGTERM and Ctrl-C, unless others are named."""
    stop = asyncio.Event()
    for number in signals or (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def listened(app: App, listening: socket.socket) -> asyncio.Server:
    """Let *app* serve what connects to *listening*."""
    if app.pacer.kind != "timerfd":
        print("no timerfd here: times are kept to about a millisecond", file=sys.stderr)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ClientConnection(app), sock=listening, backlog=BACKLOG)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    return server


async def swept(app: App, stop: asyncio.Event) -> None:
    """Wait for *stop*, and look after silent clients meanwhile."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1.0)
        app.sweep()


async def tested(url: str, own: str) -> bool:
    """Have another process, with the token *own*, measure whether the schedule is kept; it says so on stderr."""
    words = (sys.executable, "-P", "-m", "overlap.mock_server.control.selftest", url, str(os.getpid()))
    # In the environment: what stands on a command line can be read by every user of the machine.
    environment = {**os.environ, "OVERLAP_MOCK_TOKEN": own}
    follow_owner = partial(follow, os.getpid())
    tester = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.DEVNULL, env=environment, preexec_fn=follow_owner
    )
    return await tester.wait() == 0


def exposed(listening: socket.socket) -> bool:
    """Return whether others than this host can reach the socket."""
    where = guard.address(str(listening.getsockname()[0]))
    return where is None or not where.is_loopback


def token(config: Config, listening: socket.socket) -> str:
    """Return the token that control requests must carry; none is needed on loopback, unless the owner set one."""
    if config.token or not exposed(listening):
        return config.token
    drawn = secrets.token_urlsafe(16)
    print(f"control endpoints want the token {drawn}", file=sys.stderr)
    return drawn


def prepare(config: Config) -> None:
    """Take the cores and the descriptors that the server may have."""
    cores = config.affinity()
    if cores:
        os.sched_setaffinity(0, cores)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run(config: Config, sources: dict[str, str]) -> None:
    """Serve until SIGTERM or Ctrl-C; raises OSError where the address cannot be had."""
    listening = open_socket(config)
    prepare(config)
    code = uvloop.run(_serve(config, sources, listening))
    if code:
        raise SystemExit(code)
