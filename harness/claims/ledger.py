"""The ledger of a run of claims: what became of each, as it is on file (claims.json) and as it was recorded."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from overlap.harness.claims.catalogue import FOLDER
from overlap.harness.claims.facts import JsonFacts
from overlap.harness.claims.verdict import NOT_JUDGED
from overlap.harness.host.input_files import checked
from overlap.harness.store.run_files import Unreadable, replace, room
from overlap.harness.store.typed import Misfit, typed
from overlap.harness.text.mistakes import Mistake

FORMAT = 1
FILE = "claims.json"
RECORDED = "_recorded.toml"


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """
    What became of one claim.

    `verdict` is None if the experiment failed, and `error` then says how. `recorded` is the verdict the
    repository has on file, None if it has none. `took` is ns; `facts` is everything that was measured.
    """

    id: str
    name: str
    words: str
    seeds: tuple[str, ...]
    theme: str
    reading: tuple[str, ...]
    version: str
    verdict: str | None
    evidence: str
    recorded: str | None
    error: str | None
    took: int
    facts: JsonFacts

    @property
    def changed(self) -> bool:
        """Return whether there is a verdict that differs from the recorded one."""
        judged = self.verdict not in {None, NOT_JUDGED}
        return judged and self.recorded is not None and self.verdict != self.recorded


@dataclass(frozen=True, slots=True)
class ClaimsLedger:
    """A run of claims; `state` is finished or interrupted, `environment` the circumstances as of any run."""

    name: str
    time: str
    state: str
    environment: dict[str, Any]
    findings: tuple[ClaimFinding, ...]

    @property
    def changed(self) -> list[ClaimFinding]:
        """The claims whose verdict is another than the recorded one."""
        return [each for each in self.findings if each.changed]

    @property
    def failed(self) -> list[ClaimFinding]:
        """The claims whose experiment failed."""
        return [each for each in self.findings if each.error]


def write(folder: Path, ledger: ClaimsLedger) -> None:
    """Write claims.json into *folder*, in one step; raises `Unwritten` if there is no room."""
    facts = {"format": FORMAT, "kind": "claims", **asdict(ledger)}
    with room(folder):
        replace(folder / FILE, orjson.dumps(facts, option=orjson.OPT_INDENT_2))


def read(where: Path) -> ClaimsLedger:
    """Read the ledger in a folder, or such a file; raises `Unreadable` if there is none that can be read."""
    path = where / FILE if where.is_dir() else where
    try:
        facts = orjson.loads(checked(path).read_bytes())
    except (OSError, Mistake, orjson.JSONDecodeError) as wrong:
        raise Unreadable(f"{where} holds no ledger of claims") from wrong
    if not isinstance(facts, dict) or facts.get("kind") != "claims" or facts.get("format") != FORMAT:
        raise Unreadable(f"{where} holds no ledger of claims of format {FORMAT}")
    try:
        return typed(facts, ClaimsLedger)
    except Misfit as wrong:
        raise Unreadable(f"{where} holds no ledger of claims that can be read: {wrong}") from wrong


def recorded() -> dict[str, str]:
    """Return the verdicts on file in the repository, by claim; none where it was installed without the file."""
    path = files(FOLDER) / RECORDED
    if not path.is_file():
        return {}
    verdicts: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["verdicts"]
    return verdicts


def record(ledger: ClaimsLedger) -> None:
    """Put the verdicts of *ledger* on file in the repository; those of claims it does not have stay."""
    verdicts = recorded() | {
        each.id: each.verdict for each in ledger.findings if each.verdict not in {None, NOT_JUDGED}
    }
    path = Path(str(files(FOLDER) / RECORDED))
    replace(path, spelled(verdicts, ledger.environment["packages"]).encode())


def spelled(verdicts: Mapping[str, str | None], packages: Mapping[str, str]) -> str:
    """Write the recorded verdicts as TOML, in the order of the claims."""
    order: Sequence[str] = sorted(verdicts, key=lambda id_: int(id_[1:]))
    on = ", ".join(f"{name} {packages[name]}" for name in ("langchain-core", "langchain-openai", "openai"))
    lines = [f"# The verdicts last recorded, by `overlap claims --record`, on {on}.", "[verdicts]"]
    return "\n".join([*lines, *(f'{id_} = "{verdicts[id_]}"' for id_ in order)]) + "\n"
