"""Draws all charts of a report, on as many cores as may be used."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import active_count
from typing import Any

from overlap.harness.host.environment import cores
from overlap.harness.host.owned.children import confine
from overlap.harness.report.section import Chart

# With fewer, a second process gains nothing.
MANY = 8


def drawn(charts: Sequence[Chart]) -> dict[str, str]:
    """
    Return every chart's name with its SVG.

    Each core beyond the first is given a part by a forked copy of this process, which has imported matplotlib and
    holds the charts; one that has threads is not to be copied, and draws everything itself.
    """
    from overlap.harness.report import palette  # noqa: F401  imported before there are copies

    made: dict[str, str] = {}
    workers = len(cores()) if len(charts) >= MANY and sys.platform == "linux" and active_count() == 1 else 1
    copies = [_copy(charts[part::workers]) for part in range(1, workers)]
    try:
        made |= _all(charts[::workers])
        for _, pipe in copies:
            # A copy that failed is made up for below, and fails there for all to see.
            with suppress(EOFError):
                made |= pipe.recv()
    finally:
        for process, pipe in copies:
            pipe.close()
            process.kill()  # it has sent all it has, or nobody waits for that any more
            process.join()
    return {chart.name: made[chart.name] if chart.name in made else _all([chart])[chart.name] for chart in charts}


def _copy(charts: Sequence[Chart]) -> tuple[Any, Connection]:
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(charts, theirs, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _send(charts: Sequence[Chart], pipe: Connection, parent: int) -> None:
    confine(None, parent)
    # Whatever it is, Ctrl-C or a chart that cannot be drawn: the process that asked says so.
    with suppress(BaseException):
        pipe.send(_all(charts))


def _all(charts: Sequence[Chart]) -> dict[str, str]:
    from overlap.harness.report.drawing import svg

    return {chart.name: svg(chart) for chart in charts}
