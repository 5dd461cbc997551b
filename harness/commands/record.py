"""Records a real endpoint's timing into a file that the mock plays."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from overlap.harness.commands._agree import agree
from overlap.harness.model.config import config_from
from overlap.harness.recording.fit import NEAR, SPLITS, Fit
from overlap.harness.recording.measure import RecordingSize
from overlap.harness.recording.run import RecordingOutcome, RecordingRequest, check, record
from overlap.harness.terminal.command_line import FAULTY, INTERRUPTED, console_err, console_out, ending, fail, warn
from overlap.harness.text.numerals import number


@click.command("record")
@click.option("--base-url", metavar="URL", help="the endpoint to record: http://127.0.0.1:11434/v1")
@click.option("--api-key-env", metavar="NAME", help="environment variable that holds its key")
@click.option("--model", help="the endpoint's model; may be left out if it has only one")
@click.option("--calls", type=click.IntRange(1, 100_000), default=100, show_default=True, help="calls to record")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=1, show_default=True, help="calls at once")
@click.option(
    "--tokens", type=click.IntRange(1, 100_000), default=128, show_default=True, help="most tokens of each answer"
)
@click.option(
    "--inputs",
    metavar="FILE",
    help="inputs: .jsonl, a .json array, or one text a line (default: built-in questions)",
)
@click.option("--name", help="name of the endpoint in the file, which does not contain its address")
@click.option("--seed", type=int, default=7, show_default=True, help="seed of the questions")
@click.option(
    "--timeout",
    type=float,
    default=120.0,
    show_default=True,
    help="give up when nothing arrives for this many seconds",
)
@click.option("--budget-requests", type=int, help="most requests to send  [default: what --calls needs]")
@click.option(
    "--budget-tokens", type=int, default=50_000, show_default=True, help="most tokens to use, prompts included"
)
@click.option("--yes", is_flag=True, help="do not ask before anything is sent")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="file to write the recording to")
@click.option(
    "--check",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="replay this recording and show how close the replay is",
)
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="with --check: compare with this second recording instead of a replay",
)
def command(out: Path | None, file: Path | None, against: Path | None, **options: Any) -> None:
    """
    Record a real endpoint's timing for the mock to play.

    `overlap record --base-url … --out NAME.json` notes when each chunk of its answers comes.

    The mock then plays it, offline: `overlap serve --profile recorded,file=NAME.json --tokens profile`. The file
    holds times and counts, no prompt, answer, key or address. `--check NAME.json` plays it, measures it with the
    same client, and says how close it comes; `--against OTHER.json`, a second recording of the same endpoint, says
    how close that comes to itself, which no replay can better but by luck.

    Exit codes: 0 done; 1 less than asked for was recorded, or a replay that is not close; 2 it cannot be done.
    """
    say = console_err().print
    with ending("recorded"):
        if file and not options["base_url"] and not out:
            sys.exit(_tell_fits(check(file, say, against), "recorded again" if against else "replayed"))
        if file or against or not options["base_url"] or not out:
            fail("give --base-url and --out to record, or --check, with or without --against, for a recording")
        outcome = record(_asked(out, options), lambda ask: agree(ask, yes=options["yes"]), say)
    sys.exit(_tell(outcome.out, outcome))


def _asked(out: Path, options: dict[str, Any]) -> RecordingRequest:
    concurrency = min(options["concurrency"], options["calls"])
    kept = ("base_url", "api_key_env", "model", "seed", "timeout", "budget_requests", "budget_tokens")
    config = {key: options[key] for key in kept}
    # One to see that it answers, and as many as fit side by side to open connections.
    config["budget_requests"] = config["budget_requests"] or options["calls"] + max(2, concurrency) + 1
    work = RecordingSize(options["calls"], concurrency)
    return RecordingRequest(config_from(config), work, options["tokens"], out, options["inputs"], options["name"])


def _tell(out: Path, outcome: RecordingOutcome) -> int:
    calls, sent = outcome.recording.calls, outcome.spent
    chunks = sum(len(call.chunks) for call in calls)
    print(f"{out}: {len(calls):,} calls, {chunks:,} chunks; {sent.requests:,} requests, {sent.tokens:,} tokens")
    print(f"play it:  overlap serve --profile recorded,file={out} --tokens profile")
    print(f"check it: overlap record --check {out}")
    for fault in outcome.faults:
        warn(fault)
    if outcome.interrupted:
        return INTERRUPTED
    return FAULTY if outcome.faults else 0


def _tell_fits(fits: list[Fit], again: str) -> int:
    table = Table(title=f"Recorded against {again}, beside one half of the recording against the other")
    table.add_column("quantity")
    for head in ("recorded", again, "KS", "KS of halves", "shift, ms", "shift of halves, ms"):
        table.add_column(head, justify="right")
    table.add_column("verdict")
    for each in fits:
        unit = 1.0 if each.quantity == "chunks" else 1e6
        table.add_row(
            each.quantity,
            f"{each.recorded:,}",
            f"{each.replayed:,}",
            f"{each.ks:.4f}",
            f"{each.ks_halves:.4f}",
            number(each.shift / unit),
            number(each.shift_halves / unit),
            "closer" if each.close else "not closer",
        )
    console_out().print(table)
    alike = " and ".join(f"{each.resolution / 1e6:.2g} ms of {each.quantity}" for each in fits if each.resolution)
    print(
        f"KS: Kolmogorov-Smirnov, the largest gap between the distribution functions; what differs by less than "
        f"{alike or 'nothing'} counts as the same there, since the client itself is off by as much. Shift: "
        f"Wasserstein, how far a value has to move on average (chunks: a count). Halves: the median of {SPLITS} "
        f"random splits of the calls in two, divided by the square root of two since each has half of the calls. "
        f"A replay is closer if both distances are smaller and its shift is at most {NEAR * 100:.0f} % of the "
        f"recording's own standard deviation, or no more than the client is off."
    )
    return 0 if all(each.close for each in fits) else FAULTY
