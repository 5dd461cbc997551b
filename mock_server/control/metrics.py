"""Counters of what the server did, in the text format Prometheus reads."""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate

import orjson

from overlap.mock_server.exchange.journal import Entry

BOUNDS = (100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 50_000_000, 1_000_000_000)
"""Upper bounds of the buckets of lateness, in ns."""

_OTHER = "other"
_BUCKETS = tuple(f"lateness {place}" for place in range(len(BOUNDS) + 1))
_SUM = "lateness sum"
_SHARED = frozenset({"slots_busy", "queue"})
_PLAIN = frozenset({"tokens_total", "disconnects_total", "retries_total"})
_FAMILIES = {
    "requests_total": ("counter", "Requests answered or given up, by path and status."),
    "faults_total": ("counter", "Faults played, by kind."),
    "tokens_total": ("counter", "Output tokens written."),
    "disconnects_total": ("counter", "Clients that left before their answer was complete."),
    "retries_total": ("counter", "Requests that were a second attempt or later."),
    "lateness_seconds": ("histogram", "Written minus planned, of the last token of an answer."),
    "in_flight": ("gauge", "Requests being answered."),
    "connections": ("gauge", "Connections open."),
    "journal_entries": ("gauge", "Entries that have not been taken."),
    "journal_dropped": ("gauge", "Entries lost since the last take."),
    "slots_busy": ("gauge", "Requests that hold a slot."),
    "queue": ("gauge", "Requests that wait for a slot."),
}


class Metrics:
    """Counts the entries that one worker completes; labels are bounded by *paths*, status codes and faults."""

    def __init__(self, paths: frozenset[str]) -> None:
        self._paths = paths
        self._counted: Counter[str] = Counter()

    def add(self, entry: Entry) -> None:
        """Count a request that is complete."""
        counted = self._counted
        path = entry.path if entry.path in self._paths else _OTHER
        counted[f'requests_total{{path="{path}",status="{entry.status}"}}'] += 1
        if entry.tokens:
            whole = not entry.stream or not entry.planned
            # With several choices, each due time is that of a token of every one.
            counted["tokens_total"] += (
                entry.tokens if whole else round(entry.tokens * len(entry.written) / len(entry.planned))
            )
        if entry.disconnected:
            counted["disconnects_total"] += 1
        if entry.attempt:
            counted["retries_total"] += 1
        if entry.fault is not None:
            counted[f'faults_total{{fault="{entry.fault.partition(",")[0]}"}}'] += 1
        if entry.lateness is not None:
            counted[_BUCKETS[bisect_left(BOUNDS, entry.lateness)]] += 1
            counted[_SUM] += entry.lateness

    def part(self, gauges: dict[str, int]) -> bytes:
        """Return what was counted, and *gauges*, in the form that `text` adds up."""
        return orjson.dumps({"counted": self._counted, "gauges": gauges})


def text(parts: list[bytes]) -> bytes:
    """Return what all workers counted, added up, in Prometheus' format; a gauge that all share is not added."""
    counted: Counter[str] = Counter()
    gauges: Counter[str] = Counter()
    for part in parts:
        metrics = orjson.loads(part)
        counted.update(metrics["counted"])
        for name, value in metrics["gauges"].items():
            gauges[name] = value if name in _SHARED else gauges[name] + value
    lines: list[str] = []
    for family, (kind, about) in _FAMILIES.items():
        lines += [f"# HELP overlap_{family} {about}", f"# TYPE overlap_{family} {kind}"]
        if kind == "histogram":
            lines += _histogram(counted)
        elif kind == "gauge":
            lines.append(f"overlap_{family} {gauges[family]}")
        else:
            names = sorted(name for name in counted if name.partition("{")[0] == family)
            lines += [f"overlap_{name} {counted[name]}" for name in names or [family] * (family in _PLAIN)]
    return ("\n".join(lines) + "\n").encode()


def _histogram(counted: Counter[str]) -> list[str]:
    name = "overlap_lateness_seconds"
    totals = list(accumulate(counted[bucket] for bucket in _BUCKETS))
    bounds = [f"{bound / 1e9:g}" for bound in BOUNDS] + ["+Inf"]
    lines = [f'{name}_bucket{{le="{bound}"}} {total}' for bound, total in zip(bounds, totals, strict=True)]
    return [*lines, f"{name}_sum {counted[_SUM] / 1e9:.9f}", f"{name}_count {totals[-1]}"]
