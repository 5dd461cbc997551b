"""
The process that Locust runs in: told by its parent on stdin what to do, tells on stdout what comes of it.

One JSON object a line, both ways. The first line from the parent is how to be set up (`Setup`); then `run`, `live`
`go`, and the end of input, upon which it quits. To the parent: `up`, `began`, `users`, `ready`, `calls`, `flying`,
`bugs`, `ended`, `lost`, `mistake`.
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
    User,  # before anything else: it patches sockets, threads and time
    events,
    runners,
)
from locust.argument_parser import get_parser
from locust.env import Environment

from overlap.harness.load import rows
from overlap.harness.load.locust_user import StreamingUser
from overlap.harness.load.reports import Reports
from overlap.harness.load.setup import Setup, setup_from
from overlap.harness.load.this_process import BOOKS
from overlap.harness.load.users import user_classes

GRACE = 0.05  # seconds after the last due time of an open loop, in which its call may still be sent
SPAWNING = 30.0  # seconds that starting users may take beyond what the spawn rate says
POLL = 0.05  # seconds between two looks whether a shape has ended the test
OVER = frozenset({"cleanup", "stopping", "stopped"})  # Locust's states of a test that is over
REPORT = 1.0  # seconds between the reports of a worker: what a killed one takes along


class Engine:
    """Locust with everything Overlap adds to it; `tell` sends one object to the parent."""

    def __init__(self, setup: Setup, tell: Any) -> None:
        self.setup, self.tell = setup, tell
        runners.WORKER_REPORT_INTERVAL = REPORT
        rows.sharpen()
        # Before the options: a locustfile may have some of its own. No file of options that lies about is read.
        self.classes, self.shape = loaded(setup)
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
            # Without these the page fails as soon as somebody opens the settings of a class.
            available_user_tasks={name: each.tasks for name, each in self.classes.items()},
            available_shape_classes={type(self.shape).__name__: self.shape} if self.shape else None,
            shape_class=self.shape if setup.shaped else None,
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

    def about(self) -> dict[str, Any]:
        """Return what the parent has to know of the users and the shape."""
        classes = self.classes.items()
        return {
            "classes": list(self.classes),
            "untimed": [name for name, each in classes if not issubclass(each, StreamingUser)],
            "thinking": [name for name, each in classes if each.wait_time is not User.wait_time],
            "shape": type(self.shape).__name__ if self.shape else None,
        }

    def run(self, told: dict[str, Any]) -> None:
        """Run one test to its end: *told* has classes, users, spawn_rate and seconds."""
        self.await_workers()
        # Traversing what importing left behind takes a tenth of a second, in which every token would be late.
        gc.collect()
        gc.freeze()
        self.environment.user_classes = [self.classes[name] for name in told["classes"]]
        if self.setup.open_loop:
            options: Any = self.environment.parsed_options
            options.overlap = {**self.setup.open_loop, "seconds": told["seconds"]}
        # Before anything starts: a dispatcher of the test before would send its users.
        self.runner._users_dispatcher = None  # noqa: SLF001  Locust sets it to None itself when a test stops
        # Locust's state and the gate are those of the test before until a greenlet has begun this one.
        self.reports.opened.clear()
        if self.setup.shaped and self.shape:
            self.runner.start_shape()
        else:
            self.runner.start(told["users"], told["spawn_rate"])
        self.await_begun()
        self.await_open(time.monotonic() + self.setup.timeout * 2 + SPAWNING + told["users"] / told["spawn_rate"])
        end = time.monotonic() + told["seconds"] + (GRACE if self.setup.open_loop else 0)
        while time.monotonic() < end and self.runner.state not in OVER:
            gevent.sleep(min(POLL, max(0, end - time.monotonic())))
        self.stop()

    def do(self, told: dict[str, Any]) -> None:
        """Do one thing that the parent asks for."""
        if "run" in told:
            gevent.spawn(self.run, told["run"]).link_exception(
                lambda dead: self.tell({"mistake": f"{type(dead.exception).__name__}: {dead.exception}"})
            )
        elif "stop" in told:
            gevent.spawn(self.stop)
        elif "go" in told:
            self.reports.go()
        elif "died" in told:
            self.reports.died(told["died"])
        elif "live" in told and self.live:
            self.live.show(told["live"])

    def await_begun(self) -> None:
        """Wait until the test has left the state in which the one before ended; not for one that cannot begin."""
        starting = self.runner.spawning_greenlet
        while self.runner.state in OVER and starting is not None and not starting.ready():
            gevent.sleep(0)

    def await_open(self, end: float) -> None:
        """Wait until all users are ready, and no longer than *end*; raises what has kept users from being made."""
        while not self.reports.opened.wait(POLL) and time.monotonic() < end and self.runner.state not in OVER:
            spawning = self.runner.spawning_greenlet
            if spawning is not None and spawning.ready() and spawning.exception:
                raise spawning.exception

    def stop(self) -> None:
        """Let the calls in flight end, then end the users; the end is told by the listener of `test_stop`."""
        self.runner.stop()

    def await_workers(self) -> None:
        """Wait until as many workers as expected are ready."""
        while self.setup.role == "master" and len(self.runner.clients.ready) < self.setup.workers:
            gevent.sleep(0.05)


def loaded(setup: Setup) -> tuple[dict[str, Any], Any]:
    """Return the user classes by name, those of the table or of a locustfile of the user's own, and its shape."""
    if not setup.file:
        kinds = (True, False) if setup.role == "worker" else (setup.direct,)
        classes = [each for kind in kinds for each in user_classes(setup.timeout, direct=kind)]
        return {
            each.__name__: each for each in classes if not setup.offered or each.endpoint.name in setup.offered
        }, None
    from locust.util.load_locustfile import load_locustfile

    found, shapes = load_locustfile(setup.file)
    return found, shapes[0] if shapes else None


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
        data = orjson.dumps(fact, default=tuple) + b"\n"  # rows are named tuples, which it leaves to us
        while data:
            data = data[os.write(out, data) :]

    engine = Engine(setup_from(orjson.loads(lines.readline())), tell)
    if engine.setup.web_port is not None:
        from overlap.harness.load.web_tab import serve

        engine.live = serve(engine.environment, engine.setup)
    tell({"up": os.getpid(), **engine.about()})
    if engine.setup.role == "worker":
        gevent.spawn(_end_with, engine.runner)
    for line in lines:
        engine.do(orjson.loads(line))
    engine.runner.quit()
    os._exit(0)


if __name__ == "__main__":
    main()
