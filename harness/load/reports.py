"""Brings the calls of every process to the parent: directly, or by way of the master's messages."""

import os
from collections import Counter
from time import monotonic_ns, process_time_ns
from typing import Any

import gevent  # type: ignore[import-untyped]
import orjson
from gevent.event import Event  # type: ignore[import-untyped]
from locust.env import Environment

from overlap.harness.load.bugs import Bugs
from overlap.harness.load.call_log import Row, shifted
from overlap.harness.load.gate import CLOCK, Gate
from overlap.harness.load.setup import Setup
from overlap.harness.load.this_process import BOOKS

FLUSH = 0.5  # seconds between two lots of calls to the parent
KEY = "overlap"


class Reports:
    """
    Listens to Locust's events, in whichever role this process has, and tells the parent.

    A worker's calls travel with its statistics, in one message: what is lost with a worker is lost from both.
    `opened` is set once every user is ready and the test proper has begun.
    """

    def __init__(self, environment: Environment, runner: Any, setup: Setup, tell: Any) -> None:
        self._environment, self._runner, self._setup, self._tell = environment, runner, setup, tell
        self._cpu = 0
        self._busiest = 0
        self._before: Counter[tuple[str, str]] = Counter()
        self._missing: set[str] = set()
        self._pids: dict[str, int] = {}
        self._offsets: dict[str, int] = {}
        self._gate = Gate(runner, setup, tell)
        self._bugs = Bugs(setup.file)
        on: Any = environment.events
        on.test_start.add_listener(self._started)
        on.reset_stats.add_listener(self._remember)
        on.spawning_complete.add_listener(self._spawned)
        on.user_error.add_listener(self._bugs.note)
        on.test_stopping.add_listener(self._stopping)
        on.test_stop.add_listener(self._stopped)
        if setup.role == "worker":
            on.report_to_master.add_listener(self._report)
        if setup.role == "master":
            on.worker_report.add_listener(self._reported)
        if setup.role != "worker":
            gevent.spawn(self._flush)

    @property
    def opened(self) -> Event:
        """The event that the test proper has begun."""
        return self._gate.opened

    def go(self) -> None:
        """Open the gate of a test that waits for the parent: what it had to do before is done."""
        self._gate.go.set()

    def _started(self, **_: Any) -> None:
        self._cpu, self._busiest = process_time_ns(), 0
        self._before.clear()
        self._bugs.take()
        self._gate.close()
        BOOKS.warming = 0
        if self._setup.role == "worker":
            BOOKS.process = self._runner.worker_index
        options: Any = self._environment.parsed_options
        # A master has no users: of what is due its workers have a part each, and it has none.
        told = None if self._setup.role == "master" else getattr(options, KEY, None)
        BOOKS.open(told, max(1, (told or {}).get("processes", 1)), held=self._setup.gated)
        if self._setup.role != "worker":
            classes = [each.__name__ for each in self._environment.user_classes]
            self._tell({"began": monotonic_ns(), "classes": classes, "users": self._runner.target_user_count})

    def _spawned(self, user_count: int, **_: Any) -> None:
        """Open the test once its users are ready; it is also called when somebody has changed their number."""
        if self._setup.role != "worker":
            self._tell({"users": user_count, "at": monotonic_ns()})
        self._gate.all_spawned()

    def _stopping(self, **_: Any) -> None:
        """Begin no more calls, and wait for those in flight, so that no stream is cut by the end of a test."""
        BOOKS.stop()
        left = self._setup.drain
        while BOOKS.in_flight and left > 0:
            gevent.sleep(0.01)
            left -= 0.01

    def _stopped(self, **_: Any) -> None:
        if self._setup.role == "worker":
            self._runner._send_stats()  # noqa: SLF001  Locust sends the rest up to three seconds later
            return
        self._busiest = max(self._busiest, process_time_ns() - self._cpu)
        self._lost()
        self._bring()
        self._tell({"ended": monotonic_ns(), "locust": self._counts(), "cpu": self._busiest})

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        cpu = process_time_ns() - self._cpu
        brought = {
            "pid": os.getpid(),
            "process": BOOKS.process,
            "cpu": cpu,
            "clock": CLOCK,
            "now": monotonic_ns(),
            "rows": BOOKS.take(),
            "flying": list(BOOKS.flying.values()),
            "bugs": self._bugs.take(),
        }
        data[KEY] = orjson.dumps(brought, default=tuple)

    def _reported(self, client_id: str, data: dict[str, Any]) -> None:
        if KEY not in data:
            return
        brought = orjson.loads(data.pop(KEY))
        self._busiest = max(self._busiest, brought["cpu"])
        self._pids[client_id] = brought["pid"]
        rows, flying = [Row(*row) for row in brought["rows"]], brought["flying"]
        if brought["clock"] != CLOCK:
            offset = self._offset(client_id, brought["now"])
            rows = [shifted(row, offset) for row in rows]
            flying = [(name, sent + offset) for name, sent in flying]
        if brought["bugs"]:
            self._tell({"bugs": brought["bugs"]})
        if rows:
            self._tell({"calls": rows})
        self._tell({"flying": flying, "process": brought["process"]})

    def _offset(self, client_id: str, then: int) -> int:
        """
        Return how far the clock of a worker on another host is behind ours, by its quickest message so far.

        Off by what that message took, which falls upon the shares of sending and receiving, not upon latencies.
        """
        found = min(self._offsets.get(client_id, 1 << 62), monotonic_ns() - then)
        if client_id not in self._offsets:
            self._tell({"elsewhere": self._runner.get_worker_index(client_id)})
        self._offsets[client_id] = found
        return found

    def _flush(self) -> None:
        while True:
            gevent.sleep(FLUSH)
            if self._setup.role == "local":
                self._bring()
            if self._setup.role == "master":
                self._lost()

    def _bring(self) -> None:
        """Tell of the calls of this process."""
        if bugs := self._bugs.take():
            self._tell({"bugs": bugs})
        if rows := BOOKS.take():
            self._tell({"calls": rows})
        if self._setup.role == "local":
            self._tell({"flying": list(BOOKS.flying.values()), "process": 0})

    def died(self, pid: int) -> None:
        """Let Locust miss the worker of that id now, and not after the five seconds in which it might answer."""
        for client_id, known in self._pids.items():
            if known == pid and client_id in self._runner.clients:
                self._runner.clients[client_id].heartbeat = -1

    def _lost(self) -> None:
        """Tell of workers that Locust misses, once each."""
        for client in self._runner.clients.missing if self._setup.role == "master" else ():
            if client.id not in self._missing:
                self._missing.add(client.id)
                index = self._runner.get_worker_index(client.id)
                self._tell({"lost": index, "pid": self._pids.get(client.id)})

    def _counts(self) -> dict[str, dict[str, int]]:
        """Return Locust's own counts, by name and row."""
        self._remember()
        counts: dict[str, dict[str, int]] = {}
        for (name, method), number in self._before.items():
            counts.setdefault(name, {})[method] = number
        return counts

    def _remember(self, **_: Any) -> None:
        """Add up what Locust has counted: somebody at the page may let it begin again from 0."""
        for (name, method), entry in self._environment.stats.entries.items():
            self._before[name, method] += entry.num_requests
