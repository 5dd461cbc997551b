"""Several processes behind one address are one server: journal, limits, slots, seeds, changes, and their end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

THREE = ("--workers", "3", "--tokens", "3")

TAKE = (
    b"POST /overlap/take HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


def children(pid: int) -> list[int]:
    """Return the processes that *pid* has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def test_the_journal_has_what_all_of_them_did(serve, say, entries):
    """Sixty calls on as many connections: each entry once, no connection's number twice, whoever is asked."""
    server = serve(*THREE)
    for n in range(60):
        assert say(server, f"[call {n:06d}]").status == 200
    found = entries(server)
    assert [entry["tag"] for entry in found] == [f"{n:06d}" for n in range(60)]
    assert len({entry["connection"] for entry in found}) == 60
    assert entries(server) == []


def test_more_than_one_of_them_does_the_work(serve, say):
    """The kernel spreads connections over the workers."""
    server = serve(*THREE)
    assert len(children(server.pid)) == 3
    before = {pid: Path(f"/proc/{pid}/io").read_text(encoding="ascii") for pid in children(server.pid)}
    for _ in range(60):
        say(server)
    changed = [pid for pid, io in before.items() if Path(f"/proc/{pid}/io").read_text(encoding="ascii") != io]
    assert len(changed) > 1


def test_the_peak_is_that_of_all_together(serve, say, raw):
    """Twelve at once over three processes are twelve."""
    server = serve(*THREE)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: say(server, overlap={"profile": "steady,ttft=1.5,itl=0"}), range(12)))
    taken = raw(
        server,
        TAKE,
    )
    assert json.loads(taken.rest)["peak"] == 12


def test_a_call_has_the_same_latency_in_any_of_them(serve, say, entries):
    """Twenty times the same tag, on any worker: one schedule."""
    server = serve(*THREE)
    for _ in range(20):
        say(server, "[call 000001]", stream=True, overlap={"profile": "lognormal,ttft=0.001,itl=0.001"})
    assert len({tuple(entry["planned"]) for entry in entries(server)}) == 1


def test_limits_hold_for_all_together(serve, say):
    """Five a minute are five, however many processes answer."""
    server = serve(*THREE, "--rpm", "5", fresh=True)
    assert [say(server).status for _ in range(9)] == [200] * 5 + [429] * 4


def test_slots_hold_for_all_together(serve, say, entries):
    """Two slots over three processes: never more than two at work, one after another in order of arrival."""
    server = serve(*THREE, "--slots", "2", "--profile", "steady,ttft=0.05,itl=0", "--tokens", "1")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: say(server), range(6)))
    done = sorted(entry["received"] + entry["planned"][0] for entry in entries(server))
    assert all(later - sooner >= 49_000_000 for sooner, later in zip(done, done[2:], strict=False))


def test_who_finds_no_place_anywhere_gets_503(serve, say, entries):
    """One slot and no queue for all: of four at once, one is served."""
    server = serve(
        *THREE, "--slots", "1", "--queue", "0", "--profile", "steady,ttft=1.5,itl=0", "--tokens", "1", fresh=True
    )
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: say(server).status, range(4)))
    assert sorted(statuses) == [200, 503, 503, 503]
    assert sorted(entry["status"] for entry in entries(server)) == [200, 503, 503, 503]


def test_a_client_that_leaves_frees_its_slot_for_all(serve, request_bytes, say, raw):
    """A slot held by somebody who has gone is not held."""
    server = serve(*THREE, "--slots", "1", "--profile", "steady,ttft=30,itl=0", fresh=True)
    content = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
    raw(server, request_bytes(content, close=False), patience=0.3)
    began = time.monotonic()
    assert say(server, overlap={"profile": "instant"}).status == 200
    assert time.monotonic() - began < 20


def test_a_change_reaches_all_of_them(serve, say, raw, request_bytes, entries):
    """After one change every worker answers by it."""
    server = serve(*THREE, fresh=True)
    raw(server, request_bytes(b'{"tokens": 9}', "/overlap/config"))
    for _ in range(30):
        say(server)
    assert {entry["tokens"] for entry in entries(server)} == {9}


def test_metrics_are_added_up(serve, say, raw):
    """One scrape of any worker counts for all."""
    server = serve(*THREE)

    def scraped() -> list[int]:
        text = raw(server, b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").rest.decode()
        samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        answered = 'overlap_requests_total{path="/v1/chat/completions",status="200"}'
        return [int(samples.get(name, 0)) for name in (answered, "overlap_lateness_seconds_count")]

    before = scraped()
    for _ in range(30):
        say(server)
    assert [now - then for now, then in zip(scraped(), before, strict=True)] == [30, 30]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_of_them_end_with_the_first(number):
    """Ended once, nothing is left, and the exit code is 0."""
    words = [sys.executable, "-m", "overlap.mock_server", "--port", "0", *THREE]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        workers = children(process.pid)
        process.send_signal(number)
        _, errors = process.communicate(timeout=15)
    assert errors == ""  # by itself, so that all of it is shown
    assert (len(workers), process.returncode) == (3, 0)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_without_one_of_them_the_server_ends():
    """A server that has lost a worker would lie about its journal, so it ends, and says why."""
    words = [sys.executable, "-m", "overlap.mock_server", "--port", "0", *THREE]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        os.kill(children(process.pid)[1], signal.SIGKILL)
        _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (1, "error: a worker is gone\n")


def test_workers_end_when_their_parent_is_killed():
    """No process is left behind, even by a kill that nobody can catch."""
    words = [sys.executable, "-m", "overlap.mock_server", "--port", "0", *THREE]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 15
        while len(workers := children(process.pid)) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        process.kill()
    while any(_alive(pid) for pid in workers):
        assert time.monotonic() < until
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    """Return whether *pid* runs; one that has ended and was not waited for does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_journal_taken_under_load_loses_nothing(serve, say, raw):
    """Takes and calls at once: every call is in exactly one take."""
    server = serve(*THREE)
    tags: list[str] = []
    stop = threading.Event()

    def take() -> None:
        while not stop.is_set():
            sent = TAKE
            tags.extend(entry["tag"] for entry in json.loads(raw(server, sent).rest)["entries"])

    taker = threading.Thread(target=take)
    taker.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: say(server, f"[call {n:06d}]"), range(200)))
    stop.set()
    taker.join()
    sent = TAKE
    tags += [entry["tag"] for entry in json.loads(raw(server, sent).rest)["entries"]]
    assert sorted(tags) == [f"{n:06d}" for n in range(200)]
