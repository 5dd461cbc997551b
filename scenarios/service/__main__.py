"""Starts the service under uvicorn; says `ready http://…` once all of its processes can serve."""

import os
import signal
import socket
import sys
from importlib.util import find_spec
from secrets import token_hex
from threading import Thread

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from overlap.scenarios.service.settings import ServiceSettings

FRAMEWORKS = ("fastapi", "django")


@click.command()
@click.option("--llm", required=True, help="address of the LLM server, such as http://127.0.0.1:8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", type=click.IntRange(0, 65_535), default=8001, show_default=True, help="0 picks a free one")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="processes")
@click.option("--loop", type=click.Choice(["asyncio", "uvloop"]), default="asyncio", show_default=True)
@click.option("--framework", type=click.Choice(FRAMEWORKS), default="fastapi", show_default=True)
@click.option("--requests", type=click.IntRange(1, 10_000), default=100, show_default=True, help="served at once")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=30.0, show_default=True, help="seconds"
)
def main(  # noqa: PLR0913, PLR0917  an option each
    llm: str, host: str, port: int, workers: int, loop: str, framework: str, requests: int, timeout: float
) -> None:
    """Serve the example until told to stop."""
    if find_spec(framework) is None:
        sys.exit(f"error: {framework} is not installed: pip install 'overlap-bench[{framework}]'")
    # Not by files: whoever is killed while he starts would leave their folder behind.
    line, secret = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), token_hex(8)
    line.bind(("127.0.0.1", 0))
    ServiceSettings(llm.rstrip("/"), requests, timeout, line.getsockname()[1], secret, os.getpid()).hand_on()
    config = uvicorn.Config(
        f"overlap.scenarios.service.served:{framework}",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop=loop,
        lifespan="on",
        access_log=False,
        log_level="warning",
    )
    listening = config.bind_socket()
    # uvicorn does so once the application has come up, a moment after that has said it is ready.
    listening.listen(config.backlog)
    address = f"http://{host}:{listening.getsockname()[1]}"
    Thread(target=_say_ready, args=(line, secret, workers, address), daemon=True).start()
    if workers == 1:
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
        sys.exit(0 if server.started else 3)
    supervisor = Multiprocess(config, sockets=[listening])
    # uvicorn would start all of them anew: nobody would be left to end a service whose terminal was closed.
    signal.signal(signal.SIGHUP, lambda *_: supervisor.signal_queue.append(signal.SIGTERM))
    supervisor.run()


def _say_ready(line: socket.socket, secret: str, processes: int, address: str) -> None:
    """Wait for all processes: connections made before would all be kept by the first that came up."""
    up = set[str]()
    with line:
        while len(up) < processes:
            word, _, pid = line.recv(100).decode("ascii", "replace").partition(" ")
            if word == secret:
                up.add(pid)
    print(f"ready {address}", flush=True)


if __name__ == "__main__":
    main()
