"""A server process: the socket, the loop, the ready line, and a clean end."""

import asyncio
import contextlib
import dataclasses
import gc
import os
import resource
import secrets
import signal
import socket
import sys

import uvloop

from mock_server.app import App
from mock_server.config import Config
from mock_server.connection import Connection
from mock_server.pacer import Pacer

BACKLOG = 8192


def bound(config: Config) -> socket.socket:
    """Answer a listening socket; raises OSError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    return socket.create_server((config.host, config.port), family=family, backlog=BACKLOG)


def address(listening: socket.socket) -> str:
    """Answer the base URL that clients use."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def ready_line(config: Config, url: str) -> str:
    """Answer the line that tells whoever started the server that it can be used."""
    words = f"profile={config.profile} tokens={config.tokens} seed={config.seed}"
    return f"ready {url} pid={os.getpid()} {words}"


async def _serve(config: Config, sources: dict[str, str], listening: socket.socket) -> int:
    """Serve until told to stop; answer the process's exit code."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = App(config, Pacer(loop), sources, _token(config))
    if app.pacer.kind != "timerfd":
        print("no timerfd here: times are kept to about a millisecond", file=sys.stderr)
    server = await loop.create_server(lambda: Connection(app), sock=listening, backlog=BACKLOG)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    sound = not config.self_test or await _tested(app, address(listening))
    if sound:
        print(ready_line(config, address(listening)), flush=True)
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1.0)
            app.sweep()
    server.close()
    app.close()
    await asyncio.sleep(0)
    return 0 if sound else 1


async def _tested(app: App, url: str) -> bool:
    """Have a process of its own measure the bare schedule, without faults, limits and load; they come after."""
    config = app.config
    app.configure(dataclasses.replace(config, fault=(), rpm=0, tpm=0, slots=0))
    words = (sys.executable, "-m", "mock_server.selftest", url, str(os.getpid()))
    tester = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.DEVNULL)
    passed = await tester.wait() == 0
    app.configure(config)
    return passed


def _token(config: Config) -> str:
    """Answer the token that control requests must carry; none is asked for on loopback, unless one was given."""
    if config.token or not config.exposed():
        return config.token
    token = secrets.token_urlsafe(16)
    print(f"control endpoints want the token {token}", file=sys.stderr)
    return token


def _prepare(config: Config) -> None:
    cores = config.affinity()
    if cores:
        os.sched_setaffinity(0, cores)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run(config: Config, sources: dict[str, str]) -> None:
    """Serve until SIGTERM or Ctrl-C; raises OSError where the address cannot be had."""
    listening = bound(config)
    _prepare(config)
    code = uvloop.run(_serve(config, sources, listening))
    if code:
        raise SystemExit(code)
