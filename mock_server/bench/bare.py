"""A bare ASGI application on uvicorn, to compare with: it reads a request and answers with the same bytes."""

import os
import socket
import sys
from typing import Any

import uvicorn

BODY = b"x" * 820
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve anything with `BODY`, which is as long as a chat answer of 50 tokens."""
    del scope
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def main() -> None:
    """Serve on a free port, on the cores that `--cores` names, until ended; a ready line tells the address."""
    if "--cores" in sys.argv:
        os.sched_setaffinity(0, {int(core) for core in sys.argv[sys.argv.index("--cores") + 1].split(",")})
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        application, loop="uvloop", http="httptools", access_log=False, log_level="error", lifespan="off"
    )
    print(f"ready http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
