"""By how many workers an open loop's calls were made."""

from overlap.harness.stats.cells import Summary


def shared_out(summary: Summary) -> str:
    """Return a sentence, with a blank before it, where several processes shared the calls out; else nothing."""
    most = max((slot.processes or 1 for slot in summary.run.slots), default=1)
    return f" {most} processes shared the calls out." if most > 1 else ""
