"""
Opens a test when every user of every process is ready: calls count, and an open loop's schedule begins, from then.

    workers: all users ready ──► master: all workers ready ──► parent: faults set ──► one moment for all to begin
    at

A service that is new takes its time over its first calls. Calls that are due while users still wait for those
would all leave late, and more so the more users there are. A closed loop's users begin as soon as each of them is
ready, unless the parent has a fault to set first: a call made before that would not meet it.
"""

from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Any

import gevent  # type: ignore[import-untyped]
from gevent.event import Event  # type: ignore[import-untyped]

from overlap.harness.load.setup import Setup
from overlap.harness.load.this_process import BOOKS

READY, BEGIN = "overlap_ready", "overlap_begin"
POLL = 0.005  # seconds between two looks whether all users are ready
AHEAD = 50_000_000  # ns that a message to a worker may take before the moment it tells of has gone by
PATIENCE = 10.0  # seconds that the parent may take over its part
_BOOT = Path("/proc/sys/kernel/random/boot_id")
CLOCK = _BOOT.read_text(encoding="ascii").strip() if _BOOT.exists() else ""
"""Which monotonic clock this process reads: one a boot, so the same in every container of a host."""


class Gate:
    """One process' part in it; *runner* is Locust's, whose messages go between master and workers."""

    def __init__(self, runner: Any, setup: Setup, tell: Any) -> None:
        self._runner, self._setup, self._tell = runner, setup, tell
        self._ready: set[str] = set()
        self._waiting: Any = None
        self.opened, self.go = Event(), Event()
        if setup.role == "master":
            runner.register_message(READY, lambda msg, **_: self._ready.add(msg.node_id))
        if setup.role == "worker":
            runner.register_message(BEGIN, lambda msg, **_: self._begin(msg.data))

    def close(self) -> None:
        """Begin anew, for the next test."""
        if self._waiting is not None:
            self._waiting.kill(block=False)
        self._waiting = None
        self._ready.clear()
        self.opened.clear()
        self.go.clear()

    def all_spawned(self) -> None:
        """Open as soon as the users, who are all there by now, are ready; nothing where the test has begun."""
        if self._waiting is None:
            self._waiting = gevent.spawn(self._work if self._setup.role == "worker" else self._lead)

    def _work(self) -> None:
        self._await(lambda: not BOOKS.warming)
        self._runner.send_message(READY, None)

    def _lead(self) -> None:
        self._await(lambda: not BOOKS.warming)
        if self._setup.role == "master":
            self._await(self._all_workers)
        if self._setup.gated:
            self._tell({"ready": True})
            self.go.wait(PATIENCE)
        moment = monotonic_ns() + (AHEAD if self._setup.role == "master" else 0)
        if self._setup.role == "master":
            self._runner.send_message(BEGIN, {"clock": CLOCK, "at": moment})
        self._begin({"clock": CLOCK, "at": moment})

    def _all_workers(self) -> bool:
        """Tell whether every worker that has users is ready; one that went missing is not waited for."""
        clients = self._runner.clients
        active = {client.id for client in (*clients.running, *clients.spawning)}
        return bool(active) and self._ready >= active

    def _begin(self, told: dict[str, Any]) -> None:
        """Begin at the moment that is the same in all processes; without a common clock, now."""
        BOOKS.start(told["at"] if told["clock"] == CLOCK else monotonic_ns())
        self.opened.set()

    def _await(self, ready: Any) -> None:
        """Wait until *ready*, though no longer than a call may take: then the test begins without the rest."""
        end = monotonic() + self._setup.timeout
        while not ready() and monotonic() < end:
            gevent.sleep(POLL)
