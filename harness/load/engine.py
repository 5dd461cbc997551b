"""
The process that Locust runs in: told by its parent on stdin what to do, tells on stdout what comes of it.

One JSON object a line, both ways. The first line from the parent is how to be set up (`Setup`); then `run`, `live`
and the end of input, upon which it quits. To the parent: `up`, `began`, `calls`, `ended`, `lost`, `mistake`.
gevent patches the whole process, so nothing but Locust lives in it.
"""

import gc
import os
import time
from typing import Any

import gevent  # type: ignore[import-untyped]
import orjson
from gevent.fileobject import FileObject  # type: ignore[import-untyped]
from locust import (
    events,  # before anything else: it patches sockets, threads and time
    runners,
)
from locust.argument_parser import get_parser
from locust.env import Environment

from harness.load import rows
from harness.load.books import BOOKS
from harness.load.reports import Reports
from harness.load.setup import Setup, setup_from
from harness.load.users import user_classes

REPORT = 1.0  # seconds between the reports of a worker: what a killed one takes along


class Engine:
    """Locust with everything Overlap adds to it; `tell` sends one object to the parent."""

    def __init__(self, setup: Setup, tell: Any) -> None:
        self.setup, self.tell = setup, tell
        runners.WORKER_REPORT_INTERVAL = REPORT
        rows.sharpen()
        # Before the options: a locustfile may have some of its own. No file of options that lies about is read.
        self.classes = loaded(setup)
        options = get_parser(default_config_files=[]).parse_args(args=[])
        options.num_users, options.spawn_rate = setup.users, setup.spawn_rate
        options.overlap_seed = setup.seed
        options.overlap = setup.open_loop
        self.environment = Environment(
            user_classes=list(self.classes.values()),
            events=events,
            host=setup.host,
            parsed_options=options,
            available_user_classes=dict(self.classes),
            reset_stats=False,
        )
        self.runner = self._runner()
        BOOKS.kept = True
        self.reports = Reports(self.environment, self.runner, setup, tell)
        self.live: Any = None

    def _runner(self) -> Any:
        if self.setup.role == "worker":
            return self.environment.create_worker_runner(self.setup.master_host, self.setup.master_port)
        if self.setup.role == "master":
            return self.environment.create_master_runner(self.setup.master_host, self.setup.master_port)
        return self.environment.create_local_runner()

    def run(self, told: dict[str, Any]) -> None:
        """Run one test to its end: *told* has endpoint, users, seconds."""
        self.await_workers()
        # Traversing what importing left behind takes a tenth of a second, in which every token would be late.
        gc.collect()
        gc.freeze()
        self.environment.user_classes = [self.classes[name] for name in told["classes"]]
        # Before anything starts: a dispatcher of the test before would send its users.
        self.runner._users_dispatcher = None  # noqa: SLF001  Locust sets it to None itself when a test stops
        self.runner.start(told["users"], told["spawn_rate"])
        if self.setup.role == "local":
            self.runner.spawning_greenlet.join()
            self.await_warm()
        gevent.sleep(told["seconds"])
        self.stop()

    def await_warm(self) -> None:
        """Wait until every user has had its first call, for a service that is new takes its time over these."""
        end = time.monotonic() + self.setup.timeout
        while BOOKS.warming and time.monotonic() < end:
            gevent.sleep(0.01)

    def stop(self) -> None:
        """Let the calls in flight end, then end the users; the end is told by the listener of `test_stop`."""
        self.runner.stop()

    def await_workers(self) -> None:
        """Wait until as many workers as expected are ready."""
        while self.setup.role == "master" and len(self.runner.clients.ready) < self.setup.workers:
            gevent.sleep(0.05)


def loaded(setup: Setup) -> dict[str, Any]:
    """Answer the user classes by name: those of the table, or those of a locustfile of the user's own."""
    if not setup.file:
        kinds = (True, False) if setup.role == "worker" else (setup.direct,)
        classes = [each for kind in kinds for each in user_classes(setup.timeout, direct=kind)]
        return {
            each.__name__: each for each in classes if not setup.offered or each.endpoint.name in setup.offered
        }
    from locust.util.load_locustfile import load_locustfile

    found: dict[str, Any] = load_locustfile(setup.file)[0]
    return found


def _end_with(runner: Any) -> None:
    """End this process when Locust has: the master is done, or gone."""
    runner.greenlet.join()
    os._exit(0)


def main() -> None:
    """Set up as the first line says, then do as told until the input ends."""
    out = os.dup(1)
    os.dup2(2, 1)
    lines = FileObject(os.dup(0), "rb")

    def tell(fact: dict[str, Any]) -> None:
        data = orjson.dumps(fact) + b"\n"
        while data:
            data = data[os.write(out, data) :]

    engine = Engine(setup_from(orjson.loads(lines.readline())), tell)
    if engine.setup.web_port is not None:
        from harness.load.tab import serve

        engine.live = serve(engine.environment, engine.setup)
    tell({"up": os.getpid(), "classes": list(engine.classes)})
    if engine.setup.role == "worker":
        gevent.spawn(_end_with, engine.runner)
    running = None
    for line in lines:
        told = orjson.loads(line)
        if "run" in told:
            running = gevent.spawn(engine.run, told["run"])
            running.link_exception(lambda dead: tell({"mistake": repr(dead.exception)}))
        elif "stop" in told:
            gevent.spawn(engine.stop)
        elif "died" in told:
            engine.reports.died(told["died"])
        elif "live" in told and engine.live:
            engine.live.show(told["live"])
    engine.runner.quit()
    os._exit(0)


if __name__ == "__main__":
    main()
