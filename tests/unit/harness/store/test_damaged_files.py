"""
Damaged variants of a run's files, drawn from a seed: none ends in a traceback, none changes a number untold.

Each variant is one that a disk, a copy or an editor makes: bits that flip, a file that is cut, lines that are gone
or there twice, values of another kind, numbers that are too large, nesting without end. It must be refused in a
line, or told as a fault (exit 1 on the command line), or print exactly what the whole run prints. Forty variants
are in the fast suite, eight hundred in the slow one.
"""

import json
import random
from dataclasses import asdict

import msgspec
import orjson
import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.gate import file as gate_file
from overlap.harness.gate.budgets.judge import judge_budgets
from overlap.harness.gate.budgets.reading import budgets_of
from overlap.harness.gate.judge import judge
from overlap.harness.gate.record import Arm, GateRule, GateRun, RoundPair, Series
from overlap.harness.model.record import Cell
from overlap.harness.report.build import compose
from overlap.harness.report.comparison import compare
from overlap.harness.report.formats.terminal import render
from overlap.harness.stats.sidebyside import Incomparable
from overlap.harness.stats.summary import summarise, to_json
from overlap.harness.store.books import Balance
from overlap.harness.store.run_about import about_from
from overlap.harness.store.run_files import Unreadable, Writer, read
from overlap.harness.text.mistakes import Mistake

CELLS = [Cell("s", "chain", strategy, "asyncio", 2, "steady") for strategy in ("gather", "astream_many")]
ODD = (None, True, -1, 0, 1.5, 2**53, 2**63 - 1, 2**64 - 1, 1e308, "", "x" * 300, [], {}, [[]], "\ud83d\ude00")
BUDGETS = budgets_of({"budget": [{"limits": ["e2e.p50 <= 60", "requests_per_call == 1"]}]})
# A few of each kind, and many.
SEEDS = pytest.mark.parametrize(
    "seeds", [range(1), pytest.param(range(1, 20), marks=pytest.mark.slow)], ids=["few", "many"]
)


@pytest.fixture(scope="module")
def whole(make_shared_run):
    """A run with every entry that run.json may have, and what it prints."""
    calibration = {
        "seconds": 1.5,
        "timers": [{"loop": "asyncio", "sleep": {"p50": 5, "p99": 9}, "lag": {"p50": 1, "p99": 2, "max": 3}}],
        "floor": [
            {
                "client": "floor",
                "loop": "asyncio",
                "concurrency": 1,
                "calls": 4,
                "rounds": [{"overhead.p50": 1e5}] * 3,
            }
        ],
    }
    folder = make_shared_run(CELLS, rounds=3, calls=4)
    run = read(folder)
    books = Balance()
    for slot in run.slots:
        own = [call for call in run.calls if (call.cell, call.round) == (slot.cell, slot.round)]
        books.add(slot.made, own, 0, 0)
    with Writer(folder) as writer:
        facts = {
            "name": "made up",
            "time": "2026-11-20T16:00:00+0000",
            "state": "finished",
            "reason": None,
            "slots": 7,
            "entered": 6,
            "cut_short": {"rounds": 1, "slots": 1},
            "config": {"seed": 7, "timeout": 30.0},
            "environment": {"python": "3.11.2", "packages": {"openai": "3.52"}, "load": 0.1},
            "scenarios": {"s": {"question": "Why?", "slo": {"e2e": 1e9}, "notes": ["odd"], "left_out": []}},
            "missing": [],
            "calibration": calibration,
        }
        cells = [asdict(cell) | {"calls": 4, "rounds": 3, "tokens": 20, "server": []} for cell in CELLS]
        about, faults = about_from({**facts, "cells": cells})
        assert faults == []
        writer.about(msgspec.structs.replace(about, balance=books.on_file()))
    return {name: (folder / name).read_bytes() for name in ("run.json", "slots.jsonl", "calls.jsonl")}


def _printed(folder):
    """Return everything that is printed of the run in *folder*, and what is told of its files."""
    run = read(folder)
    summary = summarise(run)
    report = compose(summary, draw=False)
    beside = compare([run, run])
    kept = judge_budgets(BUDGETS, [run])
    said = [(section.title, section.lead, str(section.table), section.note) for section in report.sections]
    return run.faults, (render(report), str(said), orjson.dumps(to_json(summary)), str(beside), str(kept))


def _flipped(content, rng):
    place = rng.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[place + 1 :]


def _cut(content, rng):
    return content[: rng.randrange(len(content))]


def _without(content, rng):
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.randrange(1, 40) :]


def _lines(content, rng):
    lines = content.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join(
        rng.choice(
            ([*lines[:at], *lines[at + 1 :]], [*lines, lines[at]], lines[:at], [*lines, *lines], lines[::-1])
        )
    )


def _nested(content, rng):
    place = rng.randrange(len(content))
    return content[:place] + b"[" * 3000 + content[place:]


def _odd(content, rng):
    """Put a value of another kind in one place of one object."""
    lines = content.splitlines(keepends=True) if content.count(b"\n{") else [content]
    at = rng.randrange(len(lines))
    fact = json.loads(lines[at])
    inside = fact
    for _ in range(rng.randrange(6)):
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        deeper = [key for key in keys if isinstance(inside[key], dict | list) and inside[key]]
        if not deeper:
            break
        inside = inside[rng.choice(deeper)]
    key = rng.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
    if rng.random() < 0.2 and isinstance(inside, dict):
        del inside[key]
    else:
        inside[key] = rng.choice(ODD)
    return b"".join([*lines[:at], json.dumps(fact).encode() + b"\n", *lines[at + 1 :]])


KINDS = (_flipped, _cut, _without, _lines, _nested, _odd)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.strip("_"))
@pytest.mark.parametrize("name", ["run.json", "slots.jsonl", "calls.jsonl"])
@pytest.mark.parametrize("sealed", [True, False], ids=["format 2", "format 1"])
@SEEDS
def test_damage_is_refused_or_told_or_changes_nothing(tmp_path, whole, old_format, kind, name, sealed, seeds):
    """Without checksums a number may be another one unseen; but a traceback there is never."""
    for file, content in whole.items():
        (tmp_path / file).write_bytes(content)
    if not sealed:
        old_format(tmp_path)
    _, before = _printed(tmp_path)
    intact = (tmp_path / name).read_bytes()
    told = 0
    for seed in seeds:
        rng = random.Random(f"{kind.__name__} {name} {seed}")
        damaged = kind(intact, rng)
        (tmp_path / name).write_bytes(damaged)
        try:
            faults, after = _printed(tmp_path)
        except (Unreadable, Incomparable, Mistake):
            told += 1
            continue
        assert faults or not sealed or after == before, f"seed {seed}: a change that nobody tells"
        told += bool(faults)
    # Most of what is done to a file is noticed, or the test would do nothing.
    assert told * 2 > len(seeds) or len(seeds) == 1 or not sealed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.strip("_"))
@SEEDS
def test_damage_to_a_gate_run_is_refused_or_changes_nothing(tmp_path, kind, seeds):
    """A verdict rests on all that is in the file, or there is none."""
    pairs = tuple(RoundPair(turn, "BC", 3e6 + turn, 3.1e6 - turn) for turn in range(6))
    series = (Series("c", "e2e.p50", "ns", "timed", "lower", pairs, 20),)
    run = GateRun(Arm("main", "main"), Arm(".", "here"), GateRule(), ("c",), series, seed=3, rounds=6)
    path = tmp_path / "gate.json"
    gate_file.write(judge(run), path)
    intact = path.read_bytes()
    refused = 0
    for seed in seeds:
        path.write_bytes(kind(intact, random.Random(f"{kind.__name__} {seed}")))
        try:
            found = gate_file.read(path)
        except Mistake:
            refused += 1
        else:
            assert found == run, f"seed {seed}: another run, and nobody tells"
    assert refused or len(seeds) == 1


@pytest.mark.parametrize(("command", "code"), [("report", 1), ("compare", 1), ("budgets", 4)])
def test_a_command_tells_damage_in_a_line_and_by_its_exit_code(tmp_path, whole, command, code):
    """A digit of one call: a line on the terminal for each fault, and no success."""
    for file, content in whole.items():
        (tmp_path / file).write_bytes(content)
    (tmp_path / "budgets.toml").write_text('[[budget]]\nlimits = ["requests_per_call == 1"]\n')
    words = {
        "report": ["report", str(tmp_path), "--format", "json"],
        "compare": ["compare", str(tmp_path), str(tmp_path)],
        "budgets": ["gate", "--budgets", str(tmp_path / "budgets.toml"), str(tmp_path)],
    }[command]
    assert CliRunner().invoke(main, words).exit_code == 0
    lines = whole["calls.jsonl"].splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"tokens":20', b'"tokens":21', 1)
    assert b"".join(lines) != whole["calls.jsonl"]
    (tmp_path / "calls.jsonl").write_bytes(b"".join(lines))
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stderr.count("\n")) == (code, 1), done.stderr
    assert "are not as they were written, so no figure rests on it" in done.stderr
