"""What a Locust process is told when it starts; one record, as JSON on its first line of input."""

from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["local", "master", "worker"]


@dataclass(frozen=True, slots=True)
class Setup:
    """
    One Locust process. Times are seconds.

    `workers` is how many to wait for before a test begins; `drain` how long calls in flight may take to end when
    a test is stopped (0: they are cut). `offered` are the endpoints there are users for; none means all.
    `open_loop` is {arrivals, seed, processes}, or None for a closed loop. `gated`: a test whose users are ready
    waits for the parent, who has something to do first, such as to set a fault; until then no call is made but
    warm-up calls and those of `on_start`. `shaped`: the locustfile's `LoadTestShape` says how many
    users.
    """

    role: Role
    host: str
    users: int = 1
    spawn_rate: float = 1.0
    seed: int = 7
    timeout: float = 30.0
    drain: float = 30.0
    direct: bool = False
    offered: tuple[str, ...] = ()
    file: str | None = None
    web_host: str = "127.0.0.1"
    web_port: int | None = None
    master_host: str = "127.0.0.1"
    master_port: int = 5557
    workers: int = 0
    open_loop: dict[str, Any] | None = None
    gated: bool = False
    shaped: bool = False


def setup_from(fact: dict[str, Any]) -> Setup:
    """Make a `Setup` of its JSON object."""
    return Setup(**fact)
