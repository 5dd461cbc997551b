"""Records an endpoint into a file, and plays such a file to see how close it comes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import gettempdir

from overlap.harness.application.inputs import questions
from overlap.harness.host import interrupt
from overlap.harness.host.descriptors import allow
from overlap.harness.host.timestamps import timestamp
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.model.config import RunConfig
from overlap.harness.model.endpoint import Remote
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import Cell, Metered
from overlap.harness.recording import file
from overlap.harness.recording.file import EndpointRecording
from overlap.harness.recording.fit import Fit, fits
from overlap.harness.recording.known import floor, played
from overlap.harness.recording.measure import MeasuredCalls, RecordingSize, measure
from overlap.harness.remote.visit import Agree, Visit
from overlap.harness.text.mistakes import Mistake

LEAST = 20
"""Fewer calls say next to nothing about a distribution, and their halves even less."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RecordingRequest:
    """What to record: the endpoint and budget in `config`, how much of it, and where to."""

    config: RunConfig
    work: RecordingSize
    tokens: int
    out: Path
    inputs: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingOutcome:
    """What was recorded and where to, what the endpoint was sent in all, and what is wrong, one sentence each."""

    recording: EndpointRecording
    spent: Metered
    interrupted: bool
    faults: tuple[str, ...]
    out: Path


def record(request: RecordingRequest, agree: Agree, say: Say) -> RecordingOutcome:
    """
    Carry out *request* and write the recording to its file.

    Raises `Mistake` before anything is measured when it cannot be done, and where no call gave any output.
    """
    if request.out.parent != Path() and not request.out.parent.is_dir():
        raise Mistake(f"cannot write {request.out}: there is no folder {request.out.parent}")
    allow(request.work.concurrency)
    prompts = _texts(request)
    visit = Visit(request.config, agree)
    visit.ready()
    cell = Cell("record", "floor", "astream_many", "uvloop", request.work.concurrency)
    planned = Planned(cell, request.work.calls, 1, request.tokens)
    visit.agreed([planned])
    remote = visit.remote(request.tokens)
    say(f"recording {request.work.calls} calls of {remote.model}, {request.work.concurrency} at once")
    with interrupt.held():
        measured = _measured(request, remote, prompts)
        visit.charge(measured.sent)
        if not measured.calls:
            interrupt.check()
            why = _kinds(measured) or measured.sent.reason
            raise Mistake(f"{visit.base_url} gave no output in any call: {why}")
        if not measured.interrupted:
            say("measuring what the client itself adds")
        recording = _recording(request, remote, measured)
        place, fault = _kept(request.out, recording)
    faults = [*_faults(request, measured, recording), *([fault] if fault else [])]
    return RecordingOutcome(recording, visit.spent, measured.interrupted or interrupt.came(), tuple(faults), place)


def _kept(out: Path, recording: EndpointRecording) -> tuple[Path, str | None]:
    """Write *recording* to *out*, else to the temporary folder, and say so: its calls may have been paid for."""
    try:
        file.write(out, recording)
    except Mistake as full:
        place = Path(gettempdir()) / f"{out.stem}-{os.getpid()}.json"
        file.write(place, recording)
        return place, f"{full}; the recording is in {place}"
    return out, None


def check(path: Path, say: Say, against: Path | None = None) -> list[Fit]:
    """
    Play the recording at *path* and measure it as it was measured; return how close it comes.

    A second recording of the same endpoint, *against*, gives the noise floor; nothing is played then.
    """
    recording = file.read(path)
    if against:
        return fits(recording, file.read(against).calls, same=False)
    calls = len(recording.calls)
    say(f"playing {calls} calls, {recording.concurrency} at once")
    try:
        again = played(path, RecordingSize(calls, recording.concurrency))
    except ServerNotReady as wrong:
        raise Mistake(str(wrong)) from wrong
    if again.interrupted:
        raise KeyboardInterrupt  # a part of the calls has no distance to all of them
    return fits(recording, again.calls)


def _texts(request: RecordingRequest) -> Iterator[str]:
    """Yield the prompts; raises `Mistake` for an input that is no text: an endpoint takes no objects."""
    inputs = questions(request.inputs, request.config.seed)
    if request.inputs:
        for each in islice(questions(request.inputs, request.config.seed), request.work.calls):
            if not isinstance(each, str):
                raise Mistake(f"{Path(request.inputs).name}: each input must be a text, not {type(each).__name__}")
    return (str(each) for each in inputs)


def _measured(request: RecordingRequest, remote: Remote, prompts: Iterator[str]) -> MeasuredCalls:
    endpoint = remote.endpoint(request.config.timeout, 0, request.work.concurrency)
    return measure(endpoint, prompts, request.work, remote)


def _recording(request: RecordingRequest, remote: Remote, measured: MeasuredCalls) -> EndpointRecording:
    client: tuple[int | None, int | None, int | None] = (None, None, None)
    try:
        if not measured.interrupted:  # to measure it takes as long as the calls did
            client = floor(measured.calls, request.work.concurrency)
    except ServerNotReady as wrong:
        raise Mistake(str(wrong)) from wrong
    about = {
        "name": request.name,
        "model": remote.model,
        "made": timestamp(),
        "max_tokens": request.tokens,
        "failed": len(measured.failed),
    }
    return EndpointRecording(measured.calls, request.work.concurrency, *client, about)


def _faults(request: RecordingRequest, measured: MeasuredCalls, recording: EndpointRecording) -> Iterator[str]:
    done, sent = len(measured.calls), measured.sent
    if measured.interrupted:
        yield f"interrupted: {done} of {request.work.calls} calls are recorded"
    if recording.floor is None:
        yield "interrupted: what the client itself adds was not measured, so a replay has it twice"
    if sent.reason:
        yield f"{sent.reason}: {done} of {request.work.calls} calls are recorded"
    if measured.failed:
        calls = (
            "1 call failed and is" if len(measured.failed) == 1 else f"{len(measured.failed)} calls failed and are"
        )
        yield f"{calls} not in the recording: {_kinds(measured)}"
    if done < LEAST:
        calls = "1 call is" if done == 1 else f"{done} calls are"
        yield f"{calls} too few for a distribution; record at least {LEAST}"


def _kinds(measured: MeasuredCalls) -> str:
    kinds = dict.fromkeys(measured.failed)
    return ", ".join(f"{measured.failed.count(kind)} x {kind}" for kind in kinds)
