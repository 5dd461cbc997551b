"""Servers to measure, each a process of its own on a core of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is up: where it listens, its process, and the token of its control endpoints."""

    host: str
    port: int
    pid: int
    token: str = ""

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self.host}:{self.port}"

    def cpu(self) -> float:
        """Return the seconds of CPU time it has used (Linux)."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - no file on a disk
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Return the bytes of memory it holds (Linux)."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as statm:  # noqa: PTH123 - no file on a disk
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cores() -> tuple[str, str]:
    """Return the core for servers and the core for clients; the same one where there is only one."""
    there = sorted(os.sched_getaffinity(0))
    return str(there[-1]), str(there[0])


@contextmanager
def started(*words: str, module: str = "overlap.mock_server") -> Iterator[Running]:
    """Start `python -m` *module* with *words*, wait for its ready line, and end it afterwards."""
    process = subprocess.Popen([sys.executable, "-P", "-m", module, *words], stdout=subprocess.PIPE, text=True)
    try:
        yield Running(*_address(process.stdout), pid=process.pid)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _address(output: IO[str] | None) -> tuple[str, int]:
    line = output.readline() if output is not None else ""
    if not line.startswith("ready "):
        raise RuntimeError("the server did not start")
    address = urlsplit(line.split()[1])
    return str(address.hostname), int(address.port or 0)


def request(*, stream: bool, tag: str, headers: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a small chat request, with *headers* added."""
    message = {"role": "user", "content": f"[call {tag}] Name one use of a brick."}
    body = orjson.dumps({"model": "gpt-4o-mini", "stream": stream, "messages": [message]})
    lines = {"host": "overlap", "content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n".encode() + body
