"""What a service process is told; it travels in one variable, since uvicorn starts workers by an import path."""

import os
import socket
from dataclasses import asdict, dataclass

import orjson

from overlap.harness.host.owned.children import confine

VARIABLE = "OVERLAP_SERVICE"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """
    One service process: the LLM server it asks, and how much it is made for.

    `requests` is how many requests it means to serve at once: its connections to the LLM server, the threads for
    `def` endpoints and those of asyncio's default executor (which LangChain uses in every asynchronous call) are
    sized for it. `timeout` is in seconds. Each process sends its id to the UDP port `up` of this host once it can
    serve, with the word `secret`, so that nobody else's is taken for it. `owner` is the process that
    starts the others: none of them outlives it.
    """

    llm: str
    requests: int = 100
    timeout: float = 30.0
    up: int = 0
    secret: str = ""
    owner: int = 0

    def hand_on(self) -> None:
        """Leave it to the processes that are started from this one."""
        os.environ[VARIABLE] = orjson.dumps(asdict(self)).decode()

    def follow(self) -> None:
        """End with the owner, however that ends."""
        if self.owner and self.owner != os.getpid():
            confine(None, self.owner)

    def say_up(self) -> None:
        """Tell whoever started this process that it can serve."""
        if self.up:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                line.sendto(f"{self.secret} {os.getpid()}".encode(), ("127.0.0.1", self.up))


def settings() -> ServiceSettings:
    """Read what this process was told. Raises KeyError where it was told nothing."""
    return ServiceSettings(**orjson.loads(os.environ[VARIABLE]))
