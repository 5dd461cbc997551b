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
    holds the charts. A process that has threads must not be forked, and draws everything itself.
    """
    from overlap.harness.report import palette  # noqa: F401  imported before there are copies

    drawings: dict[str, str] = {}
    workers = len(cores()) if len(charts) >= MANY and sys.platform == "linux" and active_count() == 1 else 1
    copies = [_copy(charts[part::workers]) for part in range(1, workers)]
    try:
        drawings |= _all(charts[::workers])
        for _, pipe in copies:
            # The charts of a copy that failed are drawn below, where the error is raised.
            with suppress(EOFError):
                drawings |= pipe.recv()
    finally:
        for process, pipe in copies:
            pipe.close()
            process.kill()  # it has sent all its drawings, or an error ended the wait for them
            process.join()
    return {
        chart.name: drawings[chart.name] if chart.name in drawings else _all([chart])[chart.name]
        for chart in charts
    }


def _copy(charts: Sequence[Chart]) -> tuple[Any, Connection]:
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(charts, theirs, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _send(charts: Sequence[Chart], pipe: Connection, parent: int) -> None:
    confine(None, parent)
    # Whatever is raised, Ctrl-C or an error in drawing: the parent process draws anew and reports it.
    with suppress(BaseException):
        pipe.send(_all(charts))


def _all(charts: Sequence[Chart]) -> dict[str, str]:
    from overlap.harness.report.drawing import svg

    return {chart.name: svg(chart) for chart in charts}
