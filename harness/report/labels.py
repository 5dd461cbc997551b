"""What a metric is called in a report: its label and formula, from the one table of metrics."""

from overlap.harness.stats.summary import METRICS

TOGETHER = (
    "nobody sees when one of several calls that are handed over in one go began or ended, so latency, overhead "
    "and shares of a single one are unknown; compare total time instead."
)
_LABELS = {metric.name: metric.label for metric in METRICS}
_FORMULAS = {metric.name: metric.formula for metric in METRICS}


def label(metric: str) -> str:
    """
    Name a statistic: "e2e.p95" is the p95 of a metric of calls, "throughput" a metric of slots.

    >>> label("ttft.p95"), label("makespan"), label("mine.p50")
    ('TTFT p95', 'total time', 'mine.p50')
    """
    if metric in _LABELS:
        return _LABELS[metric]
    name, _, statistic = metric.partition(".")
    return f"{_LABELS[name]} {statistic}" if name in _LABELS else metric


def formula(metric: str) -> str:
    """Return the formula of a statistic, "" for one the table does not know."""
    return _FORMULAS.get(metric) or _FORMULAS.get(metric.partition(".")[0], "")
