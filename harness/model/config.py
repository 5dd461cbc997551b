"""
What a run was asked to do: one frozen record, made of command-line words or a TOML file alike.

The flags of `overlap bench` and the keys of the file are both derived from the fields below and their help
texts, so that an option is spelled once. Unknown keys are refused.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

MOST_PROCESSES = 64
MOST_SEED = 2**63 - 1
LONGEST_NAME = 80


def _option(help_text: str, default: Any = None) -> Any:
    return field(default=default, metadata={"help": help_text})


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
    name: str | None = _option("what the run is called in its folder's name")
    strategies: tuple[str, ...] = _option("strategies to run (default: what the scenario says)", ())
    clients: tuple[str, ...] = _option("client layers to run on", ())
    variants: tuple[str, ...] = _option("variants of the scenario's application to run", ())
    loops: tuple[str, ...] = _option("event loops: asyncio, uvloop", ())
    concurrency: tuple[int, ...] = _option("calls in flight at most", ())
    calls: int | None = _option("calls a slot")
    rounds: int | None = _option("how often every cell is run; intervals come from these")
    max_time: float | None = _option(
        "seconds after which no round is begun that would not end within them; three are always run"
    )
    arrivals: str | None = _option("open loop: when calls are due, as in poisson,rate=50 or trace,file=azure.csv")
    duration: float | None = _option("seconds of an open loop's arrivals (default: 10, or all of a recording)")
    processes: int = _option("worker processes that share out an open loop's calls, as a service has several", 1)
    slo: str | None = _option("limits on a call in seconds, such as ttft=0.5,e2e=2; goodput is told against them")
    profile: str | None = _option("the mock's latency, such as steady,ttft=0.1,itl=0.02")
    tokens: int | None = _option("output tokens of each answer")
    seed: int = _option("seed of prompts, latencies and the order of slots", 7)
    executor: int = _option("threads in asyncio's default executor", default_executor())
    timeout: float = _option("seconds a call may take", 30.0)
    slot_timeout: float = _option("seconds a slot may take, an open loop's from its last due time on", 120.0)
    max_retries: int = _option("retries the client may make on its own", 0)
    calibrate: int = _option("rounds of the calibration before the scenarios; 0 leaves it out", 3)
    inputs: Path | None = _option("file of what is asked: .jsonl, .json or text")  # noqa: RUF009  nor does this
    env: tuple[str, ...] = _option("NAMES of environment variables that the application needs", ())
    results: Path = _option("where run folders go", Path("results"))  # noqa: RUF009  a Path does not change
    server: str | None = _option("command that starts another server than the mock; it must print a ready line")
    base_url: str | None = _option("a real endpoint to measure instead of the mock: http://127.0.0.1:11434/v1")
    api_key_env: str | None = _option("NAME of the environment variable that holds the endpoint's key")
    model: str | None = _option("the endpoint's model; may be left out where it has only one")
    budget_requests: int = _option("requests a real endpoint may be sent in all", 200)
    budget_tokens: int = _option(
        "tokens, prompts and answers together, that a real endpoint may be asked for", 50_000
    )

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

    def _refuse_processes(self) -> None:
        if self.processes > MOST_PROCESSES:
            raise Mistake(f"processes must lie between 1 and {MOST_PROCESSES}, not {shortly(self.processes)}")
        if self.processes > 1 and not self.arrivals:
            raise Mistake("processes share out an open loop: give it arrivals as well, such as poisson,rate=50")
        if self.processes > 1 and self.base_url:
            raise Mistake("processes are for the mock: the budget of a real endpoint is kept by one")


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


def options() -> list[Field[Any]]:
    """Answer the fields that are options: all but the scenarios, which are arguments."""
    return [each for each in fields(RunConfig) if each.name != "scenarios"]


def config_from(given: Mapping[str, Any]) -> RunConfig:
    """
    Make a configuration of *given*, whose values are strings, numbers or lists, by each field's own type.

    Raises `Mistake` for an unknown key or a value of the wrong kind.
    """
    known = {each.name: each for each in fields(RunConfig)}
    if unknown := sorted(set(given) - set(known)):
        raise Mistake(f"no option {quoted(unknown[0])}; {choices(unknown[0], known, 'overlap bench --help')}")
    values = {key: _converted(known[key], value) for key, value in given.items() if value is not None}
    return RunConfig(**values)


def _converted(option: Field[Any], value: Any) -> Any:
    kind = str(option.type)
    try:
        if kind.startswith("tuple"):
            parts = (
                value.split(",")
                if isinstance(value, str)
                else value
                if isinstance(value, list | tuple)
                else [value]
            )
            return tuple(_whole(part) if "int" in kind else _text(part).strip() for part in parts)
        for word, convert in (("Path", _path), ("int", _whole), ("float", _number)):
            if word in kind:
                return convert(value)
        return _text(value)
    except (TypeError, ValueError, OverflowError):
        raise Mistake(f"{option.name} cannot be {quoted(value)}") from None


def _text(value: Any) -> str:
    """Return *value* as a text that can be in a file and on a command line; a list or a table is none."""
    if isinstance(value, bool | list | tuple | dict):
        raise TypeError(value)
    text = str(value)
    text.encode()
    if "\0" in text:
        raise ValueError(text)
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _path(value: Any) -> Path:
    if "\0" in str(value) or value == "":
        raise ValueError(value)
    return Path(value)


def _whole(value: Any) -> int:
    """Convert to a whole number; a file's `true` or `1.5` is none."""
    if isinstance(value, bool | float):
        raise TypeError(value)
    return int(value)


def default_of(option: Field[Any]) -> Any:
    """Answer what *option* is when nobody says anything."""
    return None if option.default is MISSING else option.default
