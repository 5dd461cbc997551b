"""What does each figure mean, and what do other tools call it."""

from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.summary import METRICS

ORDER = 130
UNITS = {"ns": "ms", "1/s": "per second"}

# Read on 2026-11-20 in vllm/benchmarks/serve.py, in GuideLLM's request statistics and its guide to metrics, and
# in AIPerf's metrics reference. Where a tool's formula is another, the entry or the note says so.
ELSEWHERE: dict[str, tuple[str, str, str]] = {
    "e2e": ("e2el_ms", "request_latency", "request_latency"),
    "ttft": ("ttft_ms", "time_to_first_token_ms", "time_to_first_token"),
    "itl": ("itl_ms", "", "inter_chunk_latency"),
    "tpot": ("tpot_ms", "inter_token_latency_ms", "inter_token_latency"),
    "throughput": ("request_throughput", "requests_per_second", "request_throughput"),
    "tokens": ("output_throughput", "output_tokens_per_second", "output_token_throughput"),
    "peak": ("max_concurrent_requests, as the client sees it", "", ""),
}


CPU = (
    "CPU per call is what calls cost as they came: one that begins after an idle wait costs more than the same "
    "call right after another, as the wait leaves cold caches. So a strategy whose calls come one by one, with "
    "waits between, may show more CPU per call than one that starts them together, without doing more."
)


def section(summary: Summary) -> Section | None:
    """Return the definition of every metric that occurs in the run; None where none does."""
    occurs = {name for each in summary.cells for name in each.metrics}
    occurs |= {name.partition(".")[0] for name in occurs}
    rows = [metric for metric in METRICS if metric.name in occurs]
    if not rows:
        return None
    columns = (
        TableColumn("figure"),
        TableColumn("in files"),
        TableColumn("formula"),
        TableColumn("unit"),
        TableColumn("better"),
        TableColumn("vLLM"),
        TableColumn("GuideLLM"),
        TableColumn("AIPerf"),
    )
    body = tuple(
        (
            Datum(metric.label, sort=metric.label),
            Datum(metric.name, sort=metric.name),
            Datum(metric.formula),
            Datum(UNITS.get(metric.unit, metric.unit)),
            Datum("" if metric.better == "neither" else metric.better),
            *(Datum(name) for name in ELSEWHERE.get(metric.name, ("", "", ""))),
        )
        for metric in rows
    )
    lead = (
        "Tools use the same words for different things: what GuideLLM and AIPerf call inter-token latency is the "
        "TPOT of vLLM and of this report, one mean a call, and ITL here are the single gaps."
    )
    note = (
        "start is the due time in an open loop and the moment of sending in a closed one; done is when the "
        "call returned. GuideLLM's time_per_output_token_ms divides the whole request latency, first token "
        "included, by the output tokens; no figure here does. Each percentile is taken over the calls of a "
        "round, then estimated over rounds; failed calls count as slower than any other, and ≥ stands where they "
        "decide. Calls that are handed over in one go, as by batch, have no figures of single calls."
    )
    return Section("Definitions", lead, Table(columns, body), note=f"{note} {CPU}" if "cpu" in occurs else note)
