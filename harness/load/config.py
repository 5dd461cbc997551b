"""What a load run was asked to do: one frozen record, from whose fields the flags of `overlap load` are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from overlap.harness.load.endpoints import ENDPOINTS
from overlap.harness.model import arrivals_spec
from overlap.harness.model.config import run_name, seed_of, shortly
from overlap.harness.model.options import option, options_from
from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly
from overlap.harness.worker.loops import LOOPS

if TYPE_CHECKING:
    from overlap.harness.load.slo import Limits

FRAMEWORKS = ("fastapi", "django")
CONSTANT = "constant"
DJANGO = ("ainvoke", "async_invoke", "stream")


@dataclass(frozen=True, slots=True)
class LoadConfig:
    """
    Everything a load run needs to know; times are seconds.

    With `time` it is headless, and without it Locust's page is served. Raises `Mistake` for what cannot be.
    """

    endpoint: tuple[str, ...] = option(
        f"endpoints, or users of --file, with commas; one after another: {', '.join(ENDPOINTS)}", ()
    )
    mix: bool = option(
        "all endpoints at once in place of one after another, as --file without --endpoint is",
        False,  # noqa: FBT003  a default
    )
    users: int = option("users, each with one call in flight", 16)
    time: float | None = option("seconds under load; without it Locust's page starts the load")
    spawn_rate: float | None = option("users started per second (default: all within one second)")
    rate: float | None = option("open loop: calls due per second, whether or not the last came back")
    arrivals: str = option("how an open loop's calls are spread: constant, poisson, gamma,cv=3 …", CONSTANT)
    slo: str | None = option("limits on a call in seconds, such as ttft=0.5,e2e=2; exit code 1 when missed")
    slo_share: float = option("the share of calls that must be within the limits, of every endpoint", 0.95)
    max_errors: str | None = option("the share of calls that may fail, such as 1%; exit code 1 when more do")
    rounds: int = option("how often every endpoint is run; intervals come from these", 1)
    processes: int = option("Locust processes", 1)
    master: bool = option("be the master of workers on other hosts", False)  # noqa: FBT003  a default
    worker: bool = option("be a worker of a master on another host", False)  # noqa: FBT003
    master_host: str = option("the master's address: to listen on, or for a worker to connect to", "127.0.0.1")
    master_port: int = option("the master's port", 5557)
    expect_workers: int = option("workers that a master waits for", 1)
    host: str | None = option("address of a service that runs already, in place of the example")
    journal: str | None = option("address of the mock server behind that service, for its journal")
    file: Path | None = option("a locustfile of your own; its users are the endpoints")  # noqa: RUF009  no Path yet
    framework: str = option(f"what the example service is written in: {', '.join(FRAMEWORKS)}", "fastapi")
    loop: str = option(f"the service's event loop: {', '.join(LOOPS)}", "asyncio")
    service_workers: int = option("the service's processes", 1)
    requests: int = option("requests that a service process is sized for: connections and threads", 100)
    profile: str = option("the mock's latency", "lognormal,ttft=0.2,itl=0.01")
    tokens: int = option("output tokens of each answer", 24)
    seed: int = option("seed of prompts, latencies and arrivals", 7)
    fault: str | None = option("a fault of the mock, such as status,code=500,rate=0.1")
    timeout: float = option("seconds a call may wait for its next byte", 30.0)
    drain: float = option("seconds that calls in flight may take to end when a test ends; 0 cuts them", 10.0)
    port: int = option("port of Locust's page; 0 picks a free one", 8089)
    service_port: int = option("port of the service; 0 picks a free one", 0)
    mock_workers: int = option("the mock server's processes", 1)
    mock_port: int = option("port of the mock server; 0 picks a free one", 0)
    name: str = option("what the run is called in its folder's name", "load")
    results: Path = option("where run folders go", Path("results"))  # noqa: RUF009  a Path does not change

    def __post_init__(self) -> None:
        """Refuse what no run could mean."""
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise Mistake(
                    f"{name} must lie between {exactly(least)} and {exactly(most)}, not {shortly(value)}"
                )
        seed_of(self.seed)
        for name, there in (("framework", FRAMEWORKS), ("loop", LOOPS)):
            if getattr(self, name) not in there:
                raise Mistake(f"no {name} {quoted(getattr(self, name))}; {choices(getattr(self, name), there)}")
        if not self.file:
            self._check_endpoints()
        elif not self.file.is_file():
            raise Mistake(f"there is no file {self.file}")
        run_name(self.name)
        self._check_together()
        for name in ("host", "journal"):
            _check_address(name, getattr(self, name))
        self.limits()
        self.errors_allowed()
        self.schedule()

    def _check_together(self) -> None:
        """Refuse what does not go together."""
        if self.mix and not self.endpoint and not self.file:
            raise Mistake("a mix needs the endpoints that it is of, such as --endpoint ainvoke,stream")
        if not self.host and not self.file and find_spec(self.framework) is None:
            missing = f"pip install 'overlap-bench[{self.framework}]'"
            raise Mistake(f"{self.framework} is not installed, in which the service is to be written: {missing}")
        if self.host and self.fault:
            raise Mistake("fault is a fault of the mock that Overlap starts; with --host there is none")

    def _check_endpoints(self) -> None:
        for each in self.endpoint:
            if each not in ENDPOINTS:
                raise Mistake(f"no endpoint {quoted(each)}; {choices(each, ENDPOINTS)}")
        if len({ENDPOINTS[each].direct for each in self.endpoint}) > 1:
            raise Mistake("the service's endpoints and those of the LLM server itself are two runs")

        if self.framework == "django" and (missing := [each for each in self.endpoint if each not in DJANGO]):
            raise Mistake(f"no endpoint {missing[0]!r} in Django; there are: {', '.join(DJANGO)}")

    @property
    def offered(self) -> tuple[str, ...]:
        """The endpoints whose users there are: those asked for, or all that the service has."""
        return self.endpoint or (DJANGO if self.framework == "django" else ())

    @property
    def direct(self) -> bool:
        """Whether the load goes to the LLM server itself, with no service between."""
        return bool(self.endpoint) and not self.file and ENDPOINTS[self.endpoint[0]].direct

    def limits(self) -> "Limits | None":
        """Answer the limits of the SLO; None where there are none."""
        if not self.slo:
            return None
        from overlap.harness.load.slo import limits  # imported when there is an SLO

        return limits(self.slo, self.slo_share)

    def errors_allowed(self) -> float | None:
        """Return the share of calls (0 to 1) that may fail; None where nobody has said. Raises `Mistake`."""
        return None if self.max_errors is None else share_of("max_errors", self.max_errors)

    @property
    def mixed(self) -> bool:
        """Whether all endpoints are under load at once."""
        return self.mix or (self.file is not None and not self.endpoint)

    @property
    def mock(self) -> bool:
        """Whether the calls end up at a mock server that Overlap starts, whose latency it knows."""
        return self.host is None

    def schedule(self) -> arrivals_spec.Arrivals | None:
        """Return when an open loop's calls are due; None in a closed loop. Raises `Mistake` for what cannot be."""
        if self.rate is None and self.arrivals == CONSTANT:
            return None
        return arrivals_spec.read(self.arrivals, **({} if self.rate is None else {"rate": self.rate}))

    @property
    def open_loop(self) -> dict[str, Any] | None:
        """What an open loop needs to know; None in a closed one."""
        arrivals = self.schedule()
        if arrivals is None:
            return None
        workers = self.expect_workers if self.master else self.processes
        return {"arrivals": arrivals.words, "seed": self.seed, "processes": workers}


_RANGES: dict[str, tuple[float, float]] = {
    "users": (1, 100_000),
    "time": (0.1, 86_400),
    "spawn_rate": (0.01, 100_000),
    "rate": (0.001, 1_000_000),
    "slo_share": (0, 1),
    "rounds": (1, 1000),
    "processes": (1, 64),
    "expect_workers": (1, 1000),
    "service_workers": (1, 64),
    "mock_workers": (1, 64),
    "requests": (1, 10_000),
    "tokens": (1, 100_000),
    "timeout": (0.01, 3600),
    "drain": (0, 3600),
    "port": (0, 65_535),
    "service_port": (0, 65_535),
    "mock_port": (0, 65_535),
    "master_port": (1, 65_535),
}


def share_of(name: str, words: str) -> float:
    """
    Return the share that *words* spell, `1%` or `0.01`, between 0 and 1. Raises `Mistake` for any other.

    >>> share_of("max_errors", "1%"), share_of("max_errors", "0.5")
    (0.01, 0.5)
    """
    try:
        share = float(words.strip().removesuffix("%")) / (100 if words.strip().endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise Mistake(f"{name} cannot be {words!r}; it is a share of calls such as 1% or 0.01")
    return share


def _check_address(name: str, address: str | None) -> None:
    if address is None:
        return
    try:
        parts = urlsplit(address)
        fits = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits or any(each.isspace() or not each.isprintable() for each in address):
        raise Mistake(f"{name} {quoted(address)} is no http:// or https:// address")


def config_from(given: Mapping[str, object]) -> LoadConfig:
    """Make a configuration of words by each field's type. Raises `Mistake` for a value of the wrong kind."""
    return options_from(LoadConfig, given, "overlap load", skip_blanks=True)
