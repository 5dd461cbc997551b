"""`python -m overlap.mock_server.conformance [--base-url URL]`: a table of checks; exits 1 where any deviates."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from overlap.mock_server.conformance import suite


@contextmanager
def own_server() -> Iterator[str]:
    """Start a mock server for the time being, on a free port; yields its base URL."""
    words = [sys.executable, "-P", "-m", "overlap.mock_server", "--port", "0", "--tokens", "12"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            ready = server.stdout.readline().split() if server.stdout else []
            if len(ready) < 2:
                sys.exit("the server did not start")
            yield f"{ready[1]}/v1"
        finally:
            server.terminate()


def alone() -> None:
    """Keep the user's environment from reaching the clients: proxies, tracing."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        os.environ.pop(name, None)


def report(url: str) -> int:
    """Print a line per check and a sum; return the exit code."""
    outcomes = []
    for outcome in suite.run(url):
        outcomes.append(outcome)
        mark = "ok      " if outcome.deviation is None else "DEVIATES"
        print(f"{mark}  {outcome.group:<22} {outcome.sentence}", flush=True)
        if outcome.deviation is not None:
            print(f"{'':<10}{outcome.deviation}", flush=True)
    wrong = sum(outcome.deviation is not None for outcome in outcomes)
    print(f"{len(outcomes)} checks, {wrong} deviations")
    return 1 if wrong or not outcomes else 0


def main() -> None:
    """Run the checks against the server named, or one started for them."""
    parser = argparse.ArgumentParser(prog="python -m overlap.mock_server.conformance", description=__doc__)
    parser.add_argument("--base-url", help="up to and with /v1; without it a mock server is started")
    url = parser.parse_args().base_url
    alone()
    if url:
        sys.exit(report(url.rstrip("/")))
    with own_server() as started:
        code = report(started)
    sys.exit(code)


if __name__ == "__main__":
    main()
