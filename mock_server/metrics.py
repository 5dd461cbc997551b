"""Counters of what the server did, in the text format Prometheus reads."""

from bisect import bisect_left
from collections import Counter

from mock_server.journal import Entry

BOUNDS = (100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 50_000_000, 1_000_000_000)
"""Upper bounds of the buckets of lateness, in ns."""

_OTHER = "other"


class Metrics:
    """Counts entries as they are completed; the number of labels is bounded by *paths* and the status codes."""

    def __init__(self, paths: frozenset[str]) -> None:
        self._paths = paths
        self._requests: Counter[tuple[str, int]] = Counter()
        self._faults: Counter[str] = Counter()
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._late = 0
        self.tokens = 0
        self.disconnects = 0
        self.retries = 0

    def add(self, entry: Entry) -> None:
        """Count a request that is complete."""
        self._requests[entry.path if entry.path in self._paths else _OTHER, entry.status] += 1
        if entry.tokens:
            self.tokens += len(entry.written) if entry.stream else entry.tokens
        if entry.disconnected:
            self.disconnects += 1
        if entry.attempt:
            self.retries += 1
        if entry.fault is not None:
            self._faults[entry.fault.partition(",")[0]] += 1
        if entry.lateness is not None:
            self._buckets[bisect_left(BOUNDS, entry.lateness)] += 1
            self._late += entry.lateness

    def text(self, gauges: dict[str, tuple[str, int]]) -> bytes:
        """Answer everything counted, and *gauges*: name to (help, value)."""
        lines: list[str] = []
        _family(lines, "requests_total", "counter", "Requests answered or given up, by path and status.")
        for (path, status), count in sorted(self._requests.items()):
            lines.append(f'overlap_requests_total{{path="{path}",status="{status}"}} {count}')
        _family(lines, "faults_total", "counter", "Faults played, by kind.")
        lines += [f'overlap_faults_total{{fault="{name}"}} {n}' for name, n in sorted(self._faults.items())]
        for name, about, count in (
            ("tokens_total", "Output tokens written.", self.tokens),
            ("disconnects_total", "Clients that left before their answer was complete.", self.disconnects),
            ("retries_total", "Requests that were a second attempt or later.", self.retries),
        ):
            _family(lines, name, "counter", about)
            lines.append(f"overlap_{name} {count}")
        self._histogram(lines)
        for name, (about, value) in gauges.items():
            _family(lines, name, "gauge", about)
            lines.append(f"overlap_{name} {value}")
        return ("\n".join(lines) + "\n").encode()

    def _histogram(self, lines: list[str]) -> None:
        _family(lines, "lateness_seconds", "histogram", "Written minus planned, of the last token of an answer.")
        total = 0
        for bound, count in zip(BOUNDS, self._buckets, strict=False):
            total += count
            lines.append(f'overlap_lateness_seconds_bucket{{le="{bound / 1e9:g}"}} {total}')
        total += self._buckets[-1]
        lines.append(f'overlap_lateness_seconds_bucket{{le="+Inf"}} {total}')
        lines.append(f"overlap_lateness_seconds_sum {self._late / 1e9:.9f}")
        lines.append(f"overlap_lateness_seconds_count {total}")


def _family(lines: list[str], name: str, kind: str, about: str) -> None:
    lines += [f"# HELP overlap_{name} {about}", f"# TYPE overlap_{name} {kind}"]
