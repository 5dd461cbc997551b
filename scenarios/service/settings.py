"""What a service process is told; it travels in one variable, since uvicorn starts workers by an import path."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

VARIABLE = "OVERLAP_SERVICE"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    One service process: the LLM server it asks, and how much it is made for.

    `requests` is how many requests it means to serve at once: its connections to the LLM server, the threads for
    `def` endpoints and those of asyncio's default executor (which LangChain uses in every asynchronous call) are
    sized for it. `timeout` is in seconds. In `up` each process leaves a file once it can serve.
    """

    llm: str
    requests: int = 100
    timeout: float = 30.0
    up: str = ""

    def hand_on(self) -> None:
        """Leave it to the processes that are started from this one."""
        os.environ[VARIABLE] = orjson.dumps(asdict(self)).decode()

    def say_up(self) -> None:
        """Note that this process can serve."""
        if self.up:
            (Path(self.up) / str(os.getpid())).touch()


def settings() -> Settings:
    """Read what this process was told. Raises KeyError where it was told nothing."""
    return Settings(**orjson.loads(os.environ[VARIABLE]))
