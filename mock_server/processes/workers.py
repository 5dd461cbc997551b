"""Several processes behind one address: starts them, holds them together, ends them."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import orjson
import uvloop

from overlap.mock_server.app import App
from overlap.mock_server.config import Config
from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.limits.buckets import SharedBuckets
from overlap.mock_server.processes import server
from overlap.mock_server.processes.channel import Channel, connected
from overlap.mock_server.processes.coordinator import Hub
from overlap.mock_server.processes.coordinator_client import CoordinatorClient
from overlap.mock_server.processes.following import follow
from overlap.mock_server.timing.pacer import Pacer

PATIENCE = 20.0
"""How long workers may take to be up, in seconds."""


@dataclass(frozen=True, slots=True)
class _Common:
    """What all processes have from the start."""

    config: Config
    sources: dict[str, str]
    token: str
    counts: Counts
    buckets: SharedBuckets


def open_sockets(config: Config) -> list[socket.socket]:
    """
    Return a listening socket for each worker, all of one address; raises OSError where it cannot be had.

    Sockets that share a port must say so, and then share it with any other server that says so too; hence the port
    is tried alone first.
    """
    alone = server.open_socket(config)
    host, port = alone.getsockname()[:2]
    family = alone.family
    alone.close()
    return [
        socket.create_server((host, port), family=family, backlog=server.BACKLOG, reuse_port=True)
        for _ in range(config.workers)
    ]


def run(config: Config, sources: dict[str, str]) -> None:
    """Serve with several processes until SIGTERM or Ctrl-C; raises OSError where the address cannot be had."""
    listening = open_sockets(config)
    url = server.address(listening[0])
    server.prepare(config)
    first = config.bare() if config.self_test else config
    common = _Common(first, sources, server.token(config, listening[0]), Counts.shared(), SharedBuckets())
    lines: list[socket.socket] = []
    pids: list[int] = []
    for own in listening:
        here, there = socket.socketpair()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            follow(parent)
            here.close()
            for line in (*lines, *(other for other in listening if other is not own)):
                line.close()
            _become_worker(common, own, there)
        there.close()
        lines.append(here)
        pids.append(pid)
    for own in listening:
        own.close()
    code = uvloop.run(_held(common, config, url, lines, pids))
    if code:
        raise SystemExit(code)


def _become_worker(common: _Common, listening: socket.socket, line: socket.socket) -> NoReturn:
    """Serve in this process until it is told to end; it does not come back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends the others
    try:
        uvloop.run(_worked(common, listening, line))
    finally:
        sys.stdout.flush()
        os._exit(0)


async def _worked(common: _Common, listening: socket.socket, line: socket.socket) -> None:
    stop = server.stopping(signal.SIGTERM)
    remote = CoordinatorClient()
    channel = await connected(line, remote.heard, stop.set)
    pacer = Pacer(asyncio.get_running_loop())
    app = App(common.config, pacer, common.sources, common.token, common.counts, common.buckets, remote)
    listener = await server.listened(app, listening)
    remote.attach(channel, app)
    await server.swept(app, stop)
    listener.close()
    app.close()
    channel.close()
    await asyncio.sleep(0)


async def _held(common: _Common, config: Config, url: str, lines: list[socket.socket], pids: list[int]) -> int:
    """Hold the workers together until told to stop, or until one of them is gone; return the exit code."""
    stop, lost, up = server.stopping(), asyncio.Event(), asyncio.Event()
    pacer = Pacer(asyncio.get_running_loop())
    hub = Hub(pacer, common.counts, common.config.size())

    def heard(channels: list[Channel], message: tuple[Any, ...]) -> None:
        hub.heard(channels[0], message)
        if hub.workers == len(pids):
            up.set()

    for line in lines:
        own: list[Channel] = []
        own.append(await connected(line, partial(heard, own), lost.set))
    code = 1
    began = await _first(PATIENCE, up, lost, stop) is up
    if began and (not config.self_test or await _settled(hub, config, url, common.token)):
        print(server.ready_line(config, url), flush=True)
        if await _first(None, stop, lost) is lost:
            print("error: a worker is gone", file=sys.stderr)
        else:
            code = 0
    _end(pids)
    pacer.close()
    return code


async def _first(patience: float | None, *events: asyncio.Event) -> asyncio.Event | None:
    """Return which of *events* is the first to be set, or None after *patience* seconds."""
    waits = {asyncio.ensure_future(event.wait()): event for event in events}
    done, _ = await asyncio.wait(waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return next((event for wait, event in waits.items() if wait in done), None)


async def _settled(hub: Hub, config: Config, url: str, own: str) -> bool:
    """Return whether the workers passed the self-test; faults, limits and load come after it."""
    passed = await server.tested(url, own)
    if passed:
        settled: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
        rest = {name: getattr(config, name) for name in ("fault", "rpm", "tpm", "slots")}
        hub.gather("settle", orjson.dumps(rest), settled.set_result)
        await settled
    return passed


def _end(pids: list[int]) -> None:
    """End all workers and wait for them."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
