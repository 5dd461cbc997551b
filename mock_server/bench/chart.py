"""The chart of lateness against the number of streams."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from overlap.mock_server.bench.streams import StreamTimes, quantile

MS = 1e6
# Blue, orange and green of Okabe and Ito, which colour-blind readers tell apart.
_LINES = ((0.5, "half of the streams (p50)", "#0072B2", "o"), (0.99, "99 of 100 streams (p99)", "#D55E00", "s"))


def drawn(entries: list[StreamTimes], path: Path) -> None:
    """Write the chart of how late last tokens were, by number of streams, to *path* as SVG."""
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["svg.hashsalt"] = "overlap"
    figure = Figure(figsize=(7, 3.8), layout="constrained")
    axes = figure.subplots()
    streams = [seen.streams for seen in entries if seen.last]
    for share, label, colour, marker in _LINES:
        late = [(quantile(seen.last, share) or 0) / MS for seen in entries if seen.last]
        axes.plot(streams, late, color=colour, marker=marker, label=label)
    axes.axhline(10, color="#666666", linestyle="--", linewidth=1)
    axes.annotate("10 ms", (streams[0], 10), textcoords="offset points", xytext=(0, 4), color="#666666")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xlabel("streams at once, 50 tokens each, 20 ms apart")
    axes.set_ylabel("last token late, ms")
    axes.set_title("How late is the mock server, as a client sees it? (one core)", loc="left", fontsize=11)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None})
