"""`overlap load`: words become a configuration, what comes back becomes an exit code."""

import sys
from contextlib import suppress
from typing import Any

from overlap.harness.host import interrupt
from overlap.harness.load import run
from overlap.harness.load.config import LoadConfig, config_from
from overlap.harness.load.page import page
from overlap.harness.load.process import Locust
from overlap.harness.load.setup import Setup
from overlap.harness.mock.control import ServerLost
from overlap.harness.terminal.command_line import console_out, warn
from overlap.harness.text.mistakes import Mistake

MET, MISSED, USAGE, INTERRUPTED = 0, 1, 2, interrupt.CODE


def main(given: dict[str, Any], *, quiet: bool) -> int:
    """
    Carry out a load run; return the exit code.

    0 the run is whole and keeps the limits it was given; 1 it is not whole, misses the SLO, has more failures than
    --max-errors, a bug in its locustfile, or no call that did not fail; 2 it cannot be done as asked; 130
    interrupted.
    """
    try:
        config = config_from(given)
        if config.worker:
            return _work(config)
        if config.time is None:
            failed = page(config, _say, lambda outcome: _report(outcome, quiet=True))
            # Ctrl-C is the way to leave it, unless something has died.
            return INTERRUPTED if failed is None else MISSED
        outcome = run.headless(config, _quiet if quiet else _note)
    except Mistake as mistake:
        warn(str(mistake))
        return USAGE
    except ServerLost as lost:
        warn(str(lost))
        return MISSED
    except KeyboardInterrupt:
        print("overlap: interrupted before anything was measured", file=sys.stderr)
        return INTERRUPTED
    _report(outcome, quiet=quiet)
    return INTERRUPTED if interrupt.came() else code(outcome)


def code(outcome: run.Outcome) -> int:
    """Return the exit code of a headless run."""
    if outcome.state == "interrupted":
        return INTERRUPTED
    return MET if outcome.whole else MISSED


def _work(config: LoadConfig) -> int:
    """Be a worker until the master is done."""
    setup = Setup(
        "worker",
        host="http://127.0.0.1",  # until the master says where
        timeout=config.timeout,
        file=str(config.file) if config.file else None,
        master_host=config.master_host,
        master_port=config.master_port,
    )
    with Locust(setup) as worker:
        _note(f"a worker of {config.master_host}:{config.master_port}; Ctrl-C ends it")
        with suppress(KeyboardInterrupt):
            return worker.wait()
    return MET


def _report(outcome: run.Outcome, *, quiet: bool) -> None:
    from overlap.harness.report import build

    undone = ""
    if outcome.calls or (outcome.folder / "slots.jsonl").stat().st_size:
        try:
            if interrupt.again():
                interrupt.check()
            build.write(outcome.folder, console=None if quiet else console_out())
        except KeyboardInterrupt:
            undone = "its report was not made"
        except OSError as wrong:
            undone = f"its report cannot be written ({wrong.strerror})"
    for sentence in (*outcome.remarks, *outcome.notes, outcome.too_many_failed):
        if sentence:
            _note(sentence)
    if outcome.judged:
        for line in outcome.judged.lines():
            _note(line)
    _note(f"written to {outcome.folder}{f'; {undone}: overlap report {outcome.folder}' if undone else ''}")


def _say(line: str) -> None:
    print(line, flush=True)


def _note(line: str) -> None:
    warn(line)


def _quiet(_: str) -> None:
    """Say nothing on the way."""
