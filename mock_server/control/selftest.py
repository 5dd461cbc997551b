"""Measures a running server as a client outside would, and tells whether it keeps its schedule."""

import os
import sys
from urllib.parse import urlsplit

from overlap.mock_server.bench.processes import Running
from overlap.mock_server.bench.streams import StreamTimes, measured

STREAMS = 8
TOKENS = 20
PATIENCE = 20.0
LATE = 1_000_000
"""The median lateness that is still the schedule, in ns."""
EARLY = -100_000
"""What may be laid to the clock's reading and not to the server, in ns."""
TRIES = 3


def judged(seen: StreamTimes) -> str | None:
    """Return what is wrong with the lateness that was *seen*, or None."""
    if seen.broken:
        return f"{seen.broken} of {seen.streams} streams did not come to their end within {PATIENCE:g} s"
    if seen.every[0] < EARLY:
        return f"a token came {-seen.every[0] / 1e6:.2f} ms before it was due"
    if seen.every[len(seen.every) // 2] > LATE:
        return f"half of the tokens came more than {seen.every[len(seen.every) // 2] / 1e6:.2f} ms late"
    return None


def summary(seen: StreamTimes) -> str:
    """Return the measurement in a line."""
    ms = [at / 1e6 for at in (seen.first[len(seen.first) // 2], seen.every[len(seen.every) // 2], seen.every[-1])]
    return (
        f"{seen.streams} streams: first tokens late by {ms[0]:.2f} ms (median), "
        f"all tokens by {ms[1]:.2f} ms (median), {ms[2]:.2f} ms at most"
    )


def main() -> None:
    """Measure the server at the URL in the first argument; exit 1 where it does not keep its schedule."""
    where = urlsplit(sys.argv[1])
    server = Running(
        str(where.hostname), int(where.port or 0), int(sys.argv[2]), os.environ.get("OVERLAP_MOCK_TOKEN", "")
    )
    wrong: str | None = None
    for _ in range(TRIES):
        seen = measured(server, STREAMS, PATIENCE, {"x-overlap-tokens": str(TOKENS)})
        wrong = judged(seen)
        if wrong is None:
            print(f"self-test passed: {summary(seen)}", file=sys.stderr)
            return
    print(f"error: self-test failed {TRIES} times: {wrong}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
