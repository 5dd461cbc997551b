"""Runs `overlap gate`: reads the options, has the sides measured or a file read, and reports the verdict."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from overlap.harness.gate import delivery, file
from overlap.harness.gate.arms.spec import specs
from overlap.harness.gate.judge import judge
from overlap.harness.gate.measure.compare import DEFAULT, GateRequest, compare
from overlap.harness.gate.measure.settings import SETTINGS
from overlap.harness.gate.record import GateRule, GateRun
from overlap.harness.gate.telling import compose, files, kinds, outputs
from overlap.harness.host import interrupt
from overlap.harness.host.input_files import read_toml
from overlap.harness.mock.control import ServerLost
from overlap.harness.model.config import config_from
from overlap.harness.store.ledger import fresh
from overlap.harness.terminal.command_line import INTERRUPTED, USAGE, console_out, run_folder, warn
from overlap.harness.text.mistakes import Mistake

FILE = "gate.json"


def main(what: tuple[str, ...], words: Mapping[str, Any]) -> int:
    """Carry it out and return the exit code."""
    try:
        formats = delivery.chosen(words["formats"], delivery.kinds() if words["budgets"] else kinds())
        if words["out"]:
            _can_hold_files(words["out"])
        if words["budgets"]:
            from overlap.harness.gate.budgets.command import judged

            return judged(
                words["budgets"],
                [run_folder(Path(name)) for name in what],
                console_out(),
                words["out"],
                formats=formats,
                quiet=words["quiet"],
            )
        if words["replay"]:
            return _tell(file.read(words["replay"]), words["out"], formats, quiet=words["quiet"])
        if what and all(name.endswith(".json") or Path(name).is_dir() for name in what):
            return _two(what, words["out"], formats, quiet=words["quiet"])
        with interrupt.held():
            return _measure(what, words, formats)
    except Mistake as mistake:
        warn(str(mistake))
        return USAGE


def _can_hold_files(out: Path) -> None:
    """Raise `Mistake` if *out* is no folder and cannot become one: before a measurement, not behind it."""
    there = next(each for each in (out.absolute(), *out.absolute().parents) if os.path.lexists(each))
    if not there.is_dir():
        raise Mistake(f"cannot write to {out}: {there} is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise Mistake(f"cannot write to {out}: there is no right to write to {there}")


def _two(what: tuple[str, ...], out: Path | None, formats: list[str], *, quiet: bool) -> int:
    from overlap.harness.gate.pytest_json import two

    if len(what) != 2:
        raise Mistake(f"two files of pytest-benchmark are compared, base and candidate, not {len(what)}")
    return _tell(two(Path(what[0]), Path(what[1])), out, formats, quiet=quiet)


def _measure(what: tuple[str, ...], words: Mapping[str, Any], formats: list[str]) -> int:
    asked = _asked(what, words)
    folder = words["out"] or fresh(asked.config.results, "gate")
    path = folder / FILE
    reason = None
    try:
        with interrupt.listening():
            run = compare(asked, path, lambda line: _say(line, quiet=words["quiet"]))
    except BaseException as wrong:
        if not path.exists():
            # The folder of a run that never began holds nothing.
            if not words["out"]:
                folder.rmdir()
            if isinstance(wrong, KeyboardInterrupt):
                print("overlap: interrupted before anything was measured", file=sys.stderr)
                return INTERRUPTED
        if not isinstance(wrong, ServerLost | KeyboardInterrupt):
            raise
        reason = str(wrong)
        if not path.exists():
            raise Mistake(reason) from wrong
        run = replace(file.read(path), interrupted=True)
    code = _tell(run, folder, formats, quiet=words["quiet"])
    if not words["quiet"]:
        print(f"the same verdict again, without measuring: overlap gate --replay {path}")
    if reason:
        warn(reason)
        return USAGE
    if run.interrupted or interrupt.came():
        late = "" if run.interrupted else ", when all was measured"
        print(f"overlap: {interrupt.reason()}{late}", file=sys.stderr)
        return INTERRUPTED
    return code


def _asked(what: tuple[str, ...], words: Mapping[str, Any]) -> GateRequest:
    values: dict[str, Any] = read_toml(words["config"]) if words["config"] else {}
    options = set(words) - {"rounds"}
    values |= {key: words[key] for key in set(SETTINGS) & options if words[key] is not None}
    values["scenarios"] = tuple(map(_here, what or values.get("scenarios") or DEFAULT))
    if values.get("inputs"):
        values["inputs"] = str(Path(values["inputs"]).resolve())  # the same questions for both arms
    if words["aa"] and words["inject"]:
        raise Mistake("--aa and --inject are two controls: one run shows one of them")
    if words["only_pytest"] and not words["tests"]:
        raise Mistake("--only-pytest needs --pytest FOLDER")
    if words["tests"] and not words["tests"].exists():
        raise Mistake(f"there are no tests at {words['tests']}")
    rule = {"rounds": "max_rounds"} | {
        name: name for name in ("alpha", "min_effect", "pass_bound", "foreign", "steal")
    }
    chosen = {field: words[word] for word, field in rule.items() if words[word] is not None}
    base, candidate = specs(words["base"], words["candidate"])
    return GateRequest(
        config=config_from(values),
        base=base,
        candidate=candidate,
        rule=GateRule(**chosen),
        seconds=words["slot"],
        aa=words["aa"],
        inject=words["inject"],
        tests=words["tests"],
        only_tests=words["only_pytest"],
        envs=words["envs"],
    )


def _here(word: str) -> str:
    """Return *word* as seen from this folder, so that either arm finds its own file there."""
    place, colon, target = word.rpartition(":") if ":" in word else (word, "", "")
    path = Path(place)
    return str(path.relative_to(Path.cwd())) + colon + target if path.is_relative_to(Path.cwd()) else word


def _say(line: str, *, quiet: bool) -> None:
    if not quiet:
        print(line, file=sys.stderr, flush=True)


def _tell(run: GateRun, out: Path | None, formats: list[str], *, quiet: bool) -> int:
    """Show the verdict and write the files; return the exit code."""
    outcome = judge(run)
    if out:
        file.write(outcome, out / FILE)
        delivery.keep({name: text for each in formats for name, text in files(outcome, each).items()}, out)
    delivery.tell(compose(outcome), outputs(outcome), console_out(), quiet=quiet)
    return outcome.exit_code
