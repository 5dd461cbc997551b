"""Whole answers a second, beside a bare ASGI application on uvicorn: in turn, in one run, driven by wrk."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from overlap.mock_server.bench.processes import Running, cores, started

CONNECTIONS = 64
SECONDS = 3
ROUNDS = 3
_SCRIPT = """wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer none"
wrk.body = '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"[call 000017] Name a use of a brick."}]}'
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one server did in one turn: requests a second, CPU seconds a request, and what went wrong."""

    requests: float
    cpu: float
    wrong: int


def available() -> bool:
    """Return whether wrk is there."""
    return shutil.which("wrk") is not None


def measured() -> list[tuple[Rate, Rate]]:
    """Return the rates of the mock server and of the bare application, in several rounds."""
    for_server, for_client = cores()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(_SCRIPT, encoding="utf-8")
        with (
            started("--port", "0", "--profile", "instant", "--tokens", "50", "--cores", for_server) as ours,
            started("--cores", for_server, module="overlap.mock_server.bench.bare") as bare,
        ):
            return [(_driven(ours, script, for_client), _driven(bare, script, for_client)) for _ in range(ROUNDS)]


def _driven(server: Running, script: Path, core: str) -> Rate:
    pinned = ["taskset", "-c", core] if shutil.which("taskset") else []
    words = [*pinned, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script)]
    before = server.cpu()
    done = subprocess.run(
        [*words, f"{server.url}/v1/chat/completions"], capture_output=True, text=True, check=True, timeout=60
    )
    used = server.cpu() - before
    entries = re.search(r"(\d+) requests in", done.stdout)
    count = int(entries[1]) if entries else 0
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    return Rate(count / SECONDS, used / max(count, 1), int(wrong[1]) if wrong else 0)
