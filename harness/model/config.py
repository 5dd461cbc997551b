"""
What a run was asked to do: one frozen record, made of command-line words or a TOML file alike.

The flags of `overlap bench` and the keys of the file are both derived from the fields below and their help
texts, so that an option is spelled once. Unknown keys are refused.
"""

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from overlap.harness.model.endpoint import host_and_port
from overlap.harness.model.options import option, options_from
from overlap.harness.text.choices import quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

MOST_PROCESSES = 64
MOST_SEED = 2**63 - 1
LONGEST_NAME = 80


def default_executor() -> int:
    """Return how many threads asyncio and `batch` take by default: the cores and four more, 32 at most."""
    # From Python 3.13 on only the cores that the process may use are counted.
    count = getattr(os, "process_cpu_count", os.cpu_count)
    return min(32, (count() or 1) + 4)


@dataclass(frozen=True, slots=True)
class RunConfig:
    """
    Everything a run needs to know; seconds where people write times.

    A tuple that is empty, or a None, means: what the scenario says. Raises `Mistake` for values that make no
    sense; names are checked where they are looked up.
    """

    scenarios: tuple[str, ...] = ()
    name: str | None = option("what the run is called in its folder's name")
    strategies: tuple[str, ...] = option("strategies to run (default: what the scenario says)", ())
    clients: tuple[str, ...] = option("client layers to run on", ())
    variants: tuple[str, ...] = option("variants of the application to run (default: what the scenario says)", ())
    loops: tuple[str, ...] = option("event loops to run on: asyncio, uvloop", ())
    concurrency: tuple[int, ...] = option("calls at once; several: 1,16,64 (default: what the scenario says)", ())
    calls: int | None = option("calls per measurement (default: what the scenario says)")
    rounds: int | None = option("repeat everything this often; at least 3 rounds give confidence intervals")
    max_time: float | None = option(
        "time limit in seconds: no further round is started if it would exceed it; three rounds always run"
    )
    arrivals: str | None = option(
        "start calls at given times instead of when earlier ones finish: poisson,rate=50 or trace,file=azure.csv"
    )
    duration: float | None = option("with --arrivals: for how many seconds (default: 10, or all of a recording)")
    processes: int = option("with --arrivals: spread the calls over this many worker processes", 1)
    slo: str | None = option("also report the share of calls within these limits in seconds: ttft=0.5,e2e=2")
    profile: str | None = option(
        "the mock's latency: steady,ttft=0.1,itl=0.02 (ttft: until the first token, itl: between tokens, in "
        "seconds); `overlap list profiles` names all"
    )
    tokens: int | None = option("output tokens of each answer")
    seed: int = option("random seed; the same seed gives the same prompts, delays and order", 7)
    python: str | None = option(
        "Python of your application's environment: a file, an environment's folder, a command, or `here` for "
        "Overlap's own (default: your project's, found by VIRTUAL_ENV, CONDA_PREFIX, .venv, uv or poetry)"
    )
    allow: tuple[str, ...] = option(
        "hosts that your application may reach besides the mock: db.internal:5432; `all` for every host", ()
    )
    executor: int = option("threads in asyncio's default executor", default_executor())
    timeout: float = option("seconds a call may take", 30.0)
    slot_timeout: float = option(
        "abort a measurement after this many seconds; with --arrivals they count from its last due time", 120.0
    )
    max_retries: int = option("retries the client may make on its own", 0)
    calibrate: int = option("repetitions of the precision check at the start; 0 skips it", 3)
    inputs: Path | None = option(  # noqa: RUF009  nor does this
        "inputs for your application: a file of .jsonl, a .json array, or one text a line"
    )
    env: tuple[str, ...] = option(
        "names of environment variables that your application needs; most others are hidden from it", ()
    )
    results: Path = option("where run folders go", Path("results"))  # noqa: RUF009  a Path does not change
    server: str | None = option("command that starts another server than the mock; it must print `ready URL`")
    base_url: str | None = option("a real endpoint to measure instead of the mock: http://127.0.0.1:11434/v1")
    api_key_env: str | None = option("name of the environment variable that holds the endpoint's key")
    model: str | None = option("the endpoint's model; may be left out if it has only one")
    budget_requests: int = option("most requests to send to a real endpoint", 200)
    budget_tokens: int = option("most tokens to use at a real endpoint, prompts and answers together", 50_000)

    def __post_init__(self) -> None:
        """Refuse what no run could mean."""
        for name, least in (
            ("calls", 1),
            ("rounds", 1),
            ("tokens", 1),
            ("executor", 1),
            ("processes", 1),
            ("max_retries", 0),
            ("calibrate", 0),
            ("budget_requests", 1),
            ("budget_tokens", 1),
        ):
            value = getattr(self, name)
            if value is not None and not least <= value <= 1_000_000:
                raise Mistake(f"{name} must lie between {least} and 1000000, not {shortly(value)}")
        seed_of(self.seed)
        _command(self.server)
        for name in ("timeout", "slot_timeout", "duration", "max_time"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= 86_400:
                raise Mistake(f"{name} must lie between 0 and 86400 seconds, not {exactly(value)}")
        if self.duration is not None and not self.arrivals:
            raise Mistake("duration is an open loop's: give it arrivals as well, such as poisson,rate=50")
        self._refuse_processes()
        for value in self.concurrency:
            if not 1 <= value <= 10_000:
                raise Mistake(f"concurrency must lie between 1 and 10000, not {shortly(value)}")
        if self.api_key_env and not self.base_url:  # else the word, which may be the key itself, is only kept
            raise Mistake("api_key_env is for a real endpoint: give its base_url as well")
        if self.name is not None:
            run_name(self.name)
        check_hosts(self.allow)

    def _refuse_processes(self) -> None:
        if self.processes > MOST_PROCESSES:
            raise Mistake(f"processes must lie between 1 and {MOST_PROCESSES}, not {shortly(self.processes)}")
        if self.processes > 1 and not self.arrivals:
            raise Mistake("processes share out an open loop: give it arrivals as well, such as poisson,rate=50")
        if self.processes > 1 and self.base_url:
            raise Mistake("processes are for the mock: the budget of a real endpoint is kept by one")


def check_hosts(hosts: Sequence[str]) -> None:
    """Raise `Mistake` for a word among *hosts* that names no host."""
    for host in hosts:
        try:
            host_and_port(host)
        except ValueError:
            raise Mistake(f"allow takes hosts, as in db.internal:5432, or all, not {quoted(host)}") from None


def shortly(number: float) -> str:
    """
    Write *number* in few letters.

    >>> shortly(17), shortly(10**26), shortly(1e-9), shortly(1e26)
    ('17', 'a number of 27 digits', '0.000000001', 'a number of 27 digits')
    """
    if not isinstance(number, int):
        return exactly(number)
    text = _digits(number)
    return text if len(text) <= 20 else f"a number of {len(text.lstrip('-'))} digits"


def _digits(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # beyond what Python writes
        return "9" * 4301


def seed_of(seed: int) -> int:
    """Return *seed* where files and the mock can hold it. Raises `Mistake`."""
    if not -MOST_SEED <= seed <= MOST_SEED:
        raise Mistake(f"seed must lie between -2^63 and 2^63, not {shortly(seed)}")
    return seed


def run_name(name: str) -> str:
    """Return *name* where it can be part of a folder's name. Raises `Mistake`."""
    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > LONGEST_NAME:
        raise Mistake(f"name may have up to {LONGEST_NAME} letters, digits, - and _, not {quoted(name)}")
    return name


def _command(words: str | None) -> None:
    """Refuse a server's command that cannot be started."""
    if words is None:
        return
    try:
        found = shlex.split(words)
    except ValueError as wrong:
        raise Mistake(f"server {quoted(words)} is no command: {str(wrong).lower()}") from None
    if not found:
        raise Mistake("server is empty; it is the command that starts a server")
    if shutil.which(found[0]) is None:
        raise Mistake(f"server: there is no command {quoted(found[0])}")


def config_from(given: Mapping[str, object]) -> RunConfig:
    """
    Make a configuration of *given*, whose values are strings, numbers or lists, by each field's own type.

    Raises `Mistake` for an unknown key or a value of the wrong kind.
    """
    return options_from(RunConfig, given, "overlap bench")
