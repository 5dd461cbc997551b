"""What a real endpoint was sent, and what cannot be known of it."""

from overlap.harness.report.figures import count, number
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.store.run_about import EndpointUse

ORDER = 15
COUNTS = {
    "requests": "requests that left, warm-up and the first trial included, counted before they did",
    "tokens": "tokens of prompts and answers, as the answers tell",
    "estimated": "answers that told no counts: theirs are estimated from events and characters",
    "limited": "answers of 429, or of 503 with a time to wait",
    "held": "requests that waited out what those asked for",
    "refused": "requests that were not sent any more",
}


def section(summary: Summary) -> Section | None:
    """Return what run.json says of the endpoint; None for a run against a server of ours."""
    use = summary.run.about.endpoint
    if use is None:
        return None
    counts: dict[str, int] = {name: value for name in COUNTS if (value := getattr(use, name)) is not None}
    if not counts:
        return None
    columns = (TableColumn("count"), TableColumn("number", numeric=True), TableColumn("meaning"))
    rows = tuple((Datum(name), Datum(f"{n:,}", sort=n), Datum(COUNTS[name])) for name, n in counts.items())
    note = (
        "It keeps no journal that could be joined with the calls. So what only our mock can know is left out: who "
        "owned the time, overlap efficiency, overhead, the server's own lateness and the peak it saw. Output "
        "tokens are those of each answer's own usage; without them TPOT and token throughput are left out too. A "
        "client that retries by itself is seen in the number of requests alone."
    )
    return Section("A real endpoint", _lead(use, counts), Table(columns, rows), note=note, glance="lead")


def _lead(use: EndpointUse, counts: dict[str, int]) -> str:
    most = use.budget or {}
    spent = [
        f"{counts[name]:,} of {most[name]:,} {name}" if name in most else f"{counts[name]:,} {name}"
        for name in ("requests", "tokens")
        if name in counts
    ]
    words = f"{use.model or 'A model'} at {use.base_url or 'a real endpoint'} was sent"
    lead = f"{words} {' and '.join(spent)}"
    if counts.get("limited"):
        seconds = f" for {number(use.wait / 1e9)} s in all" if use.wait else ""
        lead += (
            f"; it refused {count(counts['limited'], 'request')} for its rate limit, and "
            f"{count(counts.get('held', 0), 'request')} waited{seconds}: their latencies contain that wait"
        )
    return f"{lead}; without a journal of its own, what only our mock can know is left out."
