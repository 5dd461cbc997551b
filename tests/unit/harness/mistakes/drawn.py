"""Draws command lines, from the parameters that the commands themselves declare, and files for them to read."""

import os
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from overlap.harness import registry
from overlap.harness.cli import COMMANDS

LEFT_OUT = ("init",)
"""It only writes a file, wherever it is told to."""

NUMBERS = (
    "²",
    "٣",
    "1e400",
    "nan",
    "-inf",
    "inf",
    "-1",
    "0",
    "0.5",
    "1_000",
    str(10**26),
    "9" * 5000,
    "-" + "9" * 30,
)
PLACES = ("../..", ".", "..", "/", "/nonexistent/x", "a/../b", "~", "app.py:", ":", "app.py:chain:x", "gone.py:f")
MODULES = (
    *("json.tool", "os.path", "unittest.__main__", "no.such.module", ".os", "os.", "a..b", "harness", "this.is"),
)
SIGNS = (
    *("", " ", "'", '"', "a'b", "$(x)", "`x`", "; rm -rf /", "\\", "a\tb", "a\nb", "\x1b[31m", "\x00", "\ud800"),
    *("\udcff", "端", "a,b", ",", "=", "==", "x=", "=1", "true", "None", "{}", "[]", "%s", "*", "x" * 300),
)
MEANT = (
    *("rate=1", "poisson,rate=0", "poisson,rate=nan", "poisson,rate", "trace", "trace,file=", "ttft=", "ttft=nan"),
    *("e2e=-1", "steady,ttft=x", "http://", "ftp://h", "http://h:99999", "http://u:p@h", "http://[::1", "1,2,x"),
    *("x==1; rm -rf /", "langchain-core==../../x", "x", "--", "-", "-x", "+1", "all", "latest"),
)
ODD = (*NUMBERS, *PLACES, *MODULES, *SIGNS, *MEANT)
FILES = (
    *(
        "folder",
        "pipe",
        "empty",
        "binary",
        "deep.json",
        "odd.jsonl",
        "null.json",
        "huge.jsonl",
        "words.txt",
        "run",
    ),
    *("run", "nan.csv", "unsorted.csv", "negative.csv", "short.csv", "head.csv", "gate.json", "gate2.json"),
    *("odd.toml", "table.toml", "budget.toml", "limit.toml", "recording.json", "/dev/zero", "/dev/null"),
    *("syntax.py", "leaves.py", "raises.py", "app.py", "app.py:nothing"),
)


def files(folder: Path) -> None:
    """Write what `FILES` names into *folder*."""
    texts = {
        "empty": "",
        "deep.json": "[" * 100_000,
        "odd.jsonl": '{"input": "a"}\n{"input": }\n\nnull\n7\n',
        "null.json": "null",
        "nan.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\nnan,1,2\n",
        "unsorted.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n5,1,2\n1,1,2\n",
        "negative.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n1,-1,2\n",
        "short.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n1\n",
        "head.csv": "a,b,c\n1,2,3\n",
        "odd.toml": "calls = = 1\n",
        "table.toml": "[bench]\ncalls = 1\n",
        "budget.toml": "[[budget]]\nlimits = 7\n",
        "limit.toml": '[[budget]]\nlimits = ["speed <= 1"]\n',
        "gate.json": '{"schema": "overlap-gate/1", "run": {"base": 1}}',
        "gate2.json": '{"schema": "overlap-gate/x"}',
        "recording.json": '{"format": "overlap-recording", "version": "1", "calls": [{}]}',
        "syntax.py": "def f(:\n",
        "leaves.py": "raise SystemExit('gone')\n",
        "raises.py": "raise RuntimeError('two\\nlines')\n",
        "app.py": "def chain(question):\n    return question\n",
        "words.txt": "Why?\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "binary").write_bytes(bytes(range(256)) * 4)
    (folder / "folder").mkdir()
    (folder / "run").mkdir()
    (folder / "run" / "run.json").write_text('{"format": "x"}', encoding="utf-8")
    os.mkfifo(folder / "pipe")
    with (folder / "huge.jsonl").open("wb") as huge:
        huge.truncate(3 << 30)  # a hole: it takes no room


def lines(seed: int, count: int) -> Iterator[list[str]]:
    """Yield *count* command lines, the same for the same *seed*: every option of every command among them."""
    rng = random.Random(seed)
    commands = {name: registry.load(COMMANDS, name).command for name in registry.names(COMMANDS)}
    names = [name for name in commands if name not in LEFT_OUT]
    every = [(name, each) for name in names for each in _options(commands[name])]
    for number in range(count):
        name, option = every[number % len(every)] if number % 4 else (rng.choice(names), None)
        words = [*_arguments(rng, name), *([] if option is None else _given(rng, option))]
        for _ in range(rng.choice((0, 0, 1, 2))):
            if options := _options(commands[name]):
                words += _given(rng, rng.choice(options))
        if rng.random() < 0.05:
            words.append(rng.choice(("--bogus", "--sede", "-q", rng.choice(ODD))))
        yield [name, *words]


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option)]


def _given(rng: random.Random, option: click.Option) -> list[str]:
    if option.is_flag:
        return [option.opts[-1]]
    return [option.opts[-1], *(_value(rng) for _ in range(option.nargs))]


def _value(rng: random.Random) -> str:
    value = rng.choice(ODD if rng.random() < 0.7 else FILES)
    return f"trace,file={value}" if value.endswith(".csv") else value


PLAIN: dict[str, Sequence[Sequence[str]]] = {
    "bench": (["three_calls"], ["app.py:chain"], []),
    "slo": (["--slo", "e2e=2"], []),
    "diagnose": (["app.py:chain"],),
    "claims": (["C3"], []),
    "gate": (["app.py:chain"], ["--budgets", "limit.toml", "run"], ["--replay", "gate.json"]),
    "record": (["--check", "recording.json"], ["--base-url", "http://127.0.0.1:9/v1", "--out", "out.json"]),
    "report": (["run"], []),
    "compare": (["run", "run"],),
    "load": (["--time", "1"],),
    "list": (["runs"], []),
    "serve": ([],),
}


def _arguments(rng: random.Random, name: str) -> list[str]:
    if rng.random() < 0.3:
        return [_value(rng) for _ in range(rng.randrange(3))]
    return list(rng.choice(PLAIN.get(name, ([],))))


WHOLE = {
    "c.toml": b'strategies = ["gather"]\nconcurrency = [1, 2]\nrounds = 3\ntimeout = 1.5\nname = "x"\n',
    "q.jsonl": b'{"input": "Why?"}\n{"messages": [{"role": "user", "content": "Why?"}]}\n"plain"\n',
    "q.json": b'["Why?", {"question": "Why?"}]',
    "t.csv": b"TIMESTAMP,ContextTokens,GeneratedTokens\n0.0,10,20\n0.5,11,21\n1.5,12,22\n",
    "t.jsonl": b'{"timestamp": 0, "input_length": 3, "output_length": 4}\n'
    b'{"timestamp": 9, "input_length": 3, "output_length": 4}\n',
    "b.toml": b'[[budget]]\ncells = "*"\nlimits = ["overlap >= 0.9", "ttft.p95 <= 0.4", "cpu(a)/cpu(b) <= 2"]\n',
    "g.json": b'{"schema": "overlap-gate/1", "run": {"base": {"spec": "a", "label": "a", "facts": {}}, '
    b'"candidate": {"spec": "b", "label": "b", "facts": {}}, "rule": {"alpha": 0.05, "max_rounds": 8}, '
    b'"declared": ["x"], "series": [{"cell": "x", "metric": "cpu", "unit": "ns", "kind": "timed", '
    b'"better": "lower", "pairs": [{"round": 0, "order": "BC", "base": 1.0, "candidate": 2.0}]}], '
    b'"disturbed": {"3": "why"}}}',
    "r.json": b'{"format": "overlap-recording", "version": 1, "concurrency": 2, "floor": 1, "spread": 1, '
    b'"resolution": 1, "calls": [{"tokens": 3, "chunks": [1, 2, 3]}, {"tokens": null, "chunks": [5]}]}',
}
_READ = {
    "c.toml": ["bench", "three_calls", "--config"],
    "q.jsonl": ["bench", "app.py:chain", "--inputs"],
    "q.json": ["diagnose", "app.py:chain", "--inputs"],
    "t.csv": ["bench", "app.py:chain", "--arrivals"],
    "t.jsonl": ["slo", "--slo", "e2e=2", "--arrivals"],
    "b.toml": ["gate", "run", "--budgets"],
    "g.json": ["gate", "--replay"],
    "r.json": ["record", "--check"],
}
_TOKENS = (
    *(
        b"null",
        b"true",
        b"NaN",
        b"-1",
        b"1e400",
        b"1e26",
        b"[]",
        b"{}",
        b'""',
        b'"\\u0000"',
        b'"\\ud800"',
        b"[[[[",
    ),
    *(
        b"9" * 5000,
        b"\xff\xfe",
        b"\x00",
        b"\n",
        b",",
        b'"',
        b"2020-13-45",
        b'"x"',
        b"inf",
        b"[1, [2]]",
        "²".encode(),
    ),
)


def damaged(seed: int, count: int) -> Iterator[tuple[list[str], str, bytes]]:
    """Yield command lines that read a file, its name, and what it holds: a good one, changed once or twice."""
    rng = random.Random(seed)
    names = list(WHOLE)
    for number in range(count):
        name = names[number % len(names)]
        content = WHOLE[name]
        for _ in range(rng.choice((1, 1, 2))):
            content = _changed(rng, content)
        # A name of its own: what was read once is kept.
        file = f"{number}-{name}"
        yield [*_READ[name], f"trace,file={file}" if name.startswith("t.") else file], file, content


def _changed(rng: random.Random, content: bytes) -> bytes:
    parts = re.split(rb"([A-Za-z0-9_.\"-]+)", content)
    place = rng.randrange(len(parts))
    match rng.randrange(5):
        case 0:
            return content[: rng.randrange(len(content) + 1)]
        case 1:
            at = rng.randrange(max(1, len(content)))
            return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
        case 2:
            return b"".join([*parts[:place], *parts[place + 1 :]])
        case 3:
            return b"".join([*parts[:place], parts[place], *parts[place:]])
    parts[place] = rng.choice(_TOKENS)
    return b"".join(parts)
