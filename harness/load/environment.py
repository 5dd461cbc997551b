"""What stands on stage for a load run: mock server, service, Locust's processes; all started, and all ended."""

import socket
from contextlib import ExitStack
from time import monotonic, sleep
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from overlap.harness.host import our_package
from overlap.harness.host.core_pinning import seats
from overlap.harness.host.descriptors import allow
from overlap.harness.load.config import LoadConfig
from overlap.harness.load.endpoints import class_name
from overlap.harness.load.process import Locust
from overlap.harness.load.setup import Setup
from overlap.harness.mock.control import ServerLost, configure
from overlap.harness.mock.journal import take
from overlap.harness.mock.process import Server, ServerNotReady, start
from overlap.harness.text.mistakes import Mistake

MOCK = "mock server"
DYING = 0.5  # seconds between a server's last sign of life and its end, at the most
PATIENCE = 60.0  # seconds for the service to import LangChain on a machine that is busy


class Stage:
    """
    Starts what *config* needs, in order; use it as a context. Raises `Mistake` when any of it does not come up.

    With two cores or more Locust has the first one to itself; what it puts load on has the last. The mock shares
    that, unless a service is there: then it goes wherever there is room.
    """

    def __init__(self, config: LoadConfig) -> None:
        self._config = config
        self._stack = ExitStack()
        self._servers: dict[str, Server] = {}
        self.locust: Locust
        self.workers: list[Locust] = []
        self._ended: set[int] = set()
        self.host = config.host
        self.journal = config.journal
        self.page: str | None = None
        self._mock: str | None = None
        places = seats()
        self.pinned = places.apart
        self._ours = places.ours[0] if config.processes == 1 else None
        self._theirs = places.theirs

    def __enter__(self) -> Self:
        try:
            # The service has a connection to each of its users, and one to the mock server for each call.
            allow(self._config.users * (1 if self._config.direct or self._config.host else 2))
            self._check_ports()
            if not self.host:
                self._start_servers()
            else:
                _reach(self.host)
                self.journal = _journal(self.journal, self.host)
            self._start_locust()
        except ServerNotReady as wrong:
            self._stack.close()
            raise Mistake(str(wrong)) from wrong
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._stack.close()

    def _check_ports(self) -> None:
        config = self._config
        page = {} if config.time else {"port": config.port}
        servers = {} if self.host else {"mock_port": config.mock_port, "service_port": config.service_port}
        for name, port in {**page, **servers}.items():
            _check_free(port, name)

    def _start_servers(self) -> None:
        config = self._config
        # Warming up costs no waiting, but a service's first requests do: it is sized for its users.
        mock = start(mock_words(config), self._theirs if config.direct else None)
        self._keep(MOCK, mock)
        self.journal = self.host = self._mock = mock.base_url
        # What is wrong with it is said before anything else is started; it is set when users are ready.
        self.fault(on=True)
        self.fault(on=False)
        if not (config.direct or config.file):
            service = start(service_words(config, mock.base_url), self._theirs, PATIENCE)
            self._keep("service", service)
            self.host = service.base_url

    def fault(self, *, on: bool) -> None:
        """Have the mock make the fault that was asked for, or none. Raises `Mistake` for an unknown one."""
        if self._mock and self._config.fault:
            configure(self._mock, {"fault": [self._config.fault] if on else []})

    def _keep(self, name: str, server: Server) -> None:
        self._servers[name] = server
        self._stack.callback(server.stop)

    def _start_locust(self) -> None:
        config = self._config
        alone = config.processes == 1 and not config.master
        port = None if config.time else config.port or free_port()
        role = "local" if alone else "master"
        master_port = config.master_port if config.master else free_port()
        setup = self.setup(role, master_port, port)
        self.locust = self._stack.enter_context(Locust(setup, self._ours))
        up = self.locust.await_up()
        self.classes: list[str] = up["classes"]
        self.untimed: list[str] = up["untimed"]
        self.thinking: list[str] = up["thinking"]
        self.shape: str | None = up["shape"]
        if config.file:
            self._check_classes()
        if not alone and not config.master:
            for _ in range(config.processes):
                self.workers.append(self._stack.enter_context(Locust(self.setup("worker", master_port, None))))
        self.page = None if port is None else f"http://127.0.0.1:{port}"

    def _check_classes(self) -> None:
        if not self.classes:
            raise Mistake(f"there are no users in {self._config.file}")
        for each in self._config.endpoint:
            if each not in self.classes:
                raise Mistake(f"no user {each!r} in {self._config.file}; there are: {', '.join(self.classes)}")

    def setup(self, role: str, master_port: int, web_port: int | None) -> Setup:
        """Answer what a Locust process in *role* is told."""
        config = self._config
        return Setup(
            role=role,  # type: ignore[arg-type]  # one of three words, written above
            host=self.host or "http://127.0.0.1",
            users=config.users,
            spawn_rate=config.spawn_rate or float(config.users),
            seed=config.seed,
            timeout=config.timeout,
            drain=config.drain,
            direct=config.direct,
            offered=config.offered,
            file=str(config.file) if config.file else None,
            web_port=web_port,
            master_host=config.master_host,
            master_port=master_port,
            workers=config.expect_workers if config.master else config.processes,
            open_loop=config.open_loop,
            gated=bool(config.fault),
            shaped=config.time is not None and config.mixed,
        )

    def users_of(self, endpoint: str) -> str:
        """Answer the name of the Locust user of *endpoint*."""
        return endpoint if self._config.file else class_name(endpoint)

    def end_of(self, pid: int | None) -> str:
        """Say what became of the worker of that id, as far as can be seen from here."""
        for worker in self.workers:
            if worker.pid == pid and not worker.alive:
                return f"(pid {pid}) died: {worker.how_it_ended}"
        return f"(pid {pid}) went missing"

    def deaths(self) -> list[int]:
        """Answer the ids of workers of ours that have ended since this was last asked."""
        ended = [worker.pid for worker in self.workers if not worker.alive and worker.pid not in self._ended]
        self._ended.update(ended)
        return ended

    def check(self) -> dict[str, str]:
        """Return a sentence for each server that has ended, by its name; what it had started is ended with it."""
        dead = {name: server for name, server in self._servers.items() if not server.alive}
        for server in dead.values():
            server.process.end()
        return {name: f"the {name} died with exit code {each.process.returncode}" for name, each in dead.items()}

    def why_silent(self, lost: ServerLost) -> ServerLost:
        """Return why the mock server does not answer: that it has died, if it has, or else *lost*."""
        end = monotonic() + DYING
        while MOCK in self._servers and monotonic() < end:
            # A process that is killed closes its sockets a moment before it is known to have ended.
            if sentence := self.check().get(MOCK):
                return ServerLost(sentence)
            sleep(0.02)
        return lost


def mock_words(config: LoadConfig) -> list[str]:
    """Return the command line of the mock server; a fault is set later, so that none hits a service's start."""
    words = ("--port", str(config.mock_port), "--profile", config.profile, "--tokens", str(config.tokens))
    several = ("--workers", str(config.mock_workers)) if config.mock_workers > 1 else ()
    return our_package.command("overlap.mock_server", *words, "--seed", str(config.seed), *several)


def service_words(config: LoadConfig, llm: str) -> list[str]:
    """Answer the command line of the example service."""
    told = {
        "llm": llm,
        "port": config.service_port,
        "workers": config.service_workers,
        "loop": config.loop,
        "framework": config.framework,
        "requests": max(config.requests, config.users),
        "timeout": config.timeout,
    }
    pairs = [word for name, value in told.items() for word in (f"--{name}", str(value))]
    return our_package.command("overlap.scenarios.service", *pairs)


def free_port() -> int:
    """Answer a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _check_free(port: int, name: str) -> None:
    with socket.socket() as probe:
        # As servers do: a port whose last connections have only just been closed is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise Mistake(
                f"port {port} cannot be used ({taken.strerror}); choose another --{_flag(name)}"
            ) from taken


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _journal(given: str | None, host: str) -> str | None:
    """Answer where the journal is: where it is said to be, or at *host*, or nowhere: that is anybody's server."""
    try:
        found = take(given or host, 0)
    except ServerLost as lost:
        if given:
            raise Mistake(str(lost)) from lost
        return None
    if given and found is None:
        raise Mistake(f"the server at {given} keeps no journal; it is not Overlap's mock")
    return None if found is None else given or host


def _reach(address: str) -> None:
    where = urlsplit(address)
    port = where.port or (443 if where.scheme == "https" else 80)
    try:
        socket.create_connection((where.hostname or "", port), 5).close()
    except OSError as wrong:
        raise Mistake(f"nobody answers at {address}: {wrong.strerror or wrong}") from wrong
