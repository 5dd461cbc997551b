"""The file of a recording: when each chunk of each call came, and no word of what was asked or answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from overlap.harness.host.input_files import MIB, checked
from overlap.harness.store.run_files import replace
from overlap.harness.text.mistakes import Mistake

FORMAT = "overlap-recording"
VERSION = 1
LARGEST = 256 * MIB


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call: the arrival of its chunks, in ns after it was sent, and its tokens where the answer told them."""

    chunks: tuple[int, ...]
    tokens: int | None = None

    @property
    def ttft(self) -> int:
        """The first chunk's arrival, in ns."""
        return self.chunks[0]

    @property
    def gaps(self) -> list[int]:
        """The times between neighbouring chunks, in ns."""
        return [later - earlier for earlier, later in zip(self.chunks, self.chunks[1:], strict=False)]


@dataclass(frozen=True, slots=True)
class EndpointRecording:
    """
    The calls in the order they were made, at most `concurrency` of them at once.

    Found by playing the calls themselves, in ns: `floor` is what the client adds to a first token, `spread` by how
    much that is off nine times of ten, `resolution` by how much a gap that was kept is; None if that was not
    measured. `about` says where the calls come from: a model, and a name if one was given.
    """

    calls: tuple[Recorded, ...]
    concurrency: int
    floor: int | None
    spread: int | None
    resolution: int | None
    about: dict[str, Any]


def write(path: Path, recording: EndpointRecording) -> None:
    """Write *recording* to *path*, one call a line. Raises `Mistake` where that cannot be done."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        **recording.about,
        "concurrency": recording.concurrency,
        "floor": recording.floor,
        "spread": recording.spread,
        "resolution": recording.resolution,
    }
    calls = [{"tokens": call.tokens, "chunks": call.chunks} for call in recording.calls]
    lines = [json.dumps(each) for each in calls]
    head["digest"] = _digest({**head, "calls": calls})
    text = json.dumps(head, indent=1)[:-2] + ',\n "calls": [\n' + ",\n".join(lines) + "\n]}\n"
    try:
        replace(path, text.encode())
    except OSError as wrong:
        raise Mistake(f"cannot write {path}: {wrong.strerror}") from wrong


def _digest(content: dict[str, Any]) -> str:
    """Return a digest of what a file says, however it is laid out; of its own it says nothing."""
    kept = {key: value for key, value in content.items() if key != "digest"}
    return blake2b(json.dumps(kept, sort_keys=True).encode(), digest_size=16).hexdigest()


def read(path: Path) -> EndpointRecording:
    """
    Read a recording back. Raises `Mistake` for a file that is none, or was changed since it was written.

    Recordings from before there were digests are taken as they are.
    """
    try:
        content = json.loads(checked(path, LARGEST).read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["version"] > VERSION:
            raise Mistake(
                f"{path} has format {content['format']} {content['version']}; this reads {FORMAT} {VERSION}"
            )
        if "digest" in content and content["digest"] != _digest(content):
            raise Mistake(f"{path} was changed since it was written: its digest differs")
        calls = tuple(Recorded(_times(call["chunks"]), call.get("tokens")) for call in content["calls"])
        if not calls:
            raise Mistake(f"{path} has no calls in it")
        concurrency = int(content.pop("concurrency"))
        client = {name: _known(content.pop(name)) for name in ("floor", "spread", "resolution")}
    except OSError as wrong:
        raise Mistake(f"cannot read {path}: {wrong.strerror}") from wrong
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise Mistake(f"{path} is no recording; `overlap record` makes one") from None
    about = {key: value for key, value in content.items() if key not in {"format", "version", "calls", "digest"}}
    return EndpointRecording(calls, concurrency, about=about, **client)


def _known(value: Any) -> int | None:
    return None if value is None else int(value)


def _times(chunks: Sequence[Any]) -> tuple[int, ...]:
    if not chunks or not all(type(chunk) is int for chunk in chunks):
        raise ValueError(chunks)
    return tuple(chunks)
