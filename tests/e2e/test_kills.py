"""
Every command killed at random moments by every signal, and so are those that it starts: nothing is left behind.

What belongs to a run is known by its TMPDIR, which all of its processes inherit. A few kills are in `make
test-slow`, the whole matrix in `make soak`; KILLS says how many of each kind, SEED which moments.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from overlap.harness.mock.process import mock_command, start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="found by /proc")

SEED, KILLS = int(os.environ.get("SEED", "7")), int(os.environ.get("KILLS", "3"))
SOON = 2.0  # seconds after the command's end in which all must be gone
PATIENCE = 60.0  # for a command that is told to end, on a busy machine
USAGE = 2
OVERLAP = (sys.executable, "-m", "overlap.harness.cli")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "overlap")
MOCK = ("--profile", "steady,ttft=0.05,itl=0.01", "--tokens", "8")
SMALL = ("--clients", "floor", *MOCK)
BOUNDED = ("--strategies", "gather_bounded", "--rounds", "2")
OPEN = (*BOUNDED, "--arrivals", "constant,rate=40", "--calibrate", "0")
REAL = ("--base-url", "ENDPOINT", "--model", "gpt-4o")
OWN = (*MOCK, "--concurrency", "4")

# It starts a process in a session of its own, as clients of MCP servers do.
APP = """
import subprocess, sys, httpx, os
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
async def chain(question):
    async with httpx.AsyncClient() as client:
        body = {"model": "m", "messages": [{"role": "user", "content": question}]}
        return (await client.post(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json=body)).text
"""
ROWS = """
import time
def test_row(benchmark, mock_llm):
    assert mock_llm.base_url
    benchmark.pedantic(time.sleep, (0.05,), rounds=5)
"""
TESTS = """
import time, pytest
@pytest.mark.parametrize("number", range(4))
def test_it(mock_llm, number):
    time.sleep(1.5)
"""
NOTEBOOK = """
import asyncio, overlap
from overlap.harness.clients.floor import client
asyncio.run(overlap.compare(client, rounds=40))
"""
# An installer that starts others and takes its time, as one that builds a package does.
INSTALLER = """#!/bin/sh
case "$1" in --version) exit 0;; esac
touch "$TMPDIR/unpacked"
sleep 300 &
sleep 300
"""


@dataclass(frozen=True)
class Command:
    """What is started, how long it takes at the most before it is killed, and whether it ends by itself."""

    words: tuple[str, ...]
    seconds: float
    ends: bool = True
    installer: bool = False


COMMANDS = {
    "bench": Command(
        (*OVERLAP, "bench", "strategies", *SMALL, "--strategies", "gather,ainvoke", "--rounds", "9"), 8
    ),
    "bench own": Command((*OVERLAP, "bench", "app.py:chain", *OWN, "--rounds", "5", "--calibrate", "0"), 6),
    "bench rows": Command((*OVERLAP, "bench", "database_rows", "--rounds", "1", "--calibrate", "0"), 8),
    "bench open": Command(
        (*OVERLAP, "bench", "strategies", *SMALL, *OPEN, "--processes", "2", "--calls", "80"), 6
    ),
    "load": Command((*OVERLAP, "load", "--time", "3", "--users", "4", "--service-workers", "2"), 12),
    "load page": Command((*OVERLAP, "load", "--port", "0", "--users", "4"), 10, ends=False),
    "load processes": Command(
        (*OVERLAP, "load", "--endpoint", "chat_stream", "--time", "3", "--users", "8", "--processes", "4"), 10
    ),
    "gate": Command(
        (*OVERLAP, "gate", "app.py:chain", "--base", "HEAD~1", *OWN, "--rounds", "4", "--out", "out"), 10
    ),
    "gate --pytest": Command(
        (
            *OVERLAP,
            "gate",
            "--only-pytest",
            "--pytest",
            "rows",
            "--base",
            "HEAD~1",
            "--rounds",
            "3",
            "--out",
            "out",
        ),
        10,
    ),
    "gate environments": Command(
        (*OVERLAP, "gate", "app.py:chain", "--base", "old.txt", "--envs", "kept", *OWN, "--out", "out"),
        2,
        ends=False,
        installer=True,
    ),
    "claims": Command((*OVERLAP, "claims", "c21", "c41", "c39"), 8),
    "claims --with": Command(
        (*OVERLAP, "claims", "--with", "langchain-core==1.0.0"), 2, ends=False, installer=True
    ),
    "diagnose": Command((*OVERLAP, "diagnose", "app.py:chain", *OWN, "--rounds", "3", "--calls", "4"), 10),
    "record": Command(
        (*OVERLAP, "record", *REAL, "--calls", "40", "--tokens", "8", "--yes", "--out", "it.json"), 10
    ),
    "slo": Command((*OVERLAP, "slo", "strategies", *SMALL, *BOUNDED, "--slo", "e2e=1", "--duration", "0.5"), 8),
    "serve": Command((*OVERLAP, "serve", "--port", "0"), 2, ends=False),
    "serve workers": Command((*OVERLAP, "serve", "--port", "0", "--workers", "3", "--self-test"), 3, ends=False),
    "report": Command((*OVERLAP, "report", "RUN"), 1.8),
    "pytest": Command((*PYTEST, "tests"), 5),
    "pytest -n 2": Command((*PYTEST, "-p", "xdist", "-n", "2", "tests"), 6),
    "notebook": Command((sys.executable, "notebook.py"), 8),
    "service": Command(
        (sys.executable, "-m", "overlap.scenarios.service", "--llm", "SERVER", "--port", "0", "--workers", "2"),
        8,
        ends=False,
    ),
}
HOW = {
    "KILL": (signal.SIGKILL,),
    "TERM": (signal.SIGTERM,),
    "HUP": (signal.SIGHUP,),
    "INT": (signal.SIGINT,),
    "INT INT": (signal.SIGINT, signal.SIGINT),
    "child": (),
}


@dataclass
class Place:
    """Where a command is run: a repository of two commits, with a folder for temporary files."""

    folder: Path
    temporary: Path
    endpoint: str
    run: Path
    env: dict[str, str] = field(default_factory=dict)

    def command(self, command: Command) -> list[str]:
        """Return its words, with what this place has in them."""
        mine = {"ENDPOINT": self.endpoint, "SERVER": self.endpoint.removesuffix("/v1"), "RUN": str(self.run)}
        return [mine.get(word, word) for word in command.words]

    def processes(self) -> list[psutil.Process]:
        """Return all processes that were started from here and are alive."""
        found = []
        for each in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                known = Path(f"/proc/{each.pid}/environ").read_bytes()
                if str(self.temporary).encode() in known and each.status() != psutil.STATUS_ZOMBIE:
                    found.append(each)
        return found

    def left(self) -> dict[str, object]:
        """Return what is left behind: nothing where it is empty."""
        worktrees = git(self.folder, "worktree", "list").splitlines()[1:]
        known = [str(each) for each in (self.folder / ".git" / "worktrees").glob("*")]
        found = {
            "processes": [" ".join(words)[:150] for words in map(cmdline, self.processes())],
            "folders": [each.name for each in self.temporary.iterdir() if not each.name.startswith("pytest-of-")],
            "worktrees": worktrees or known,
        }
        return {name: those for name, those in found.items() if those}


def cmdline(process: psutil.Process) -> list[str]:
    """Return its words, if it is still there."""
    with suppress(psutil.Error):
        return process.cmdline()
    return ["(gone)"]


def git(folder: Path, *words: str) -> str:
    """Run git there as somebody, on nobody's configuration."""
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    as_one = ("-c", "user.name=one", "-c", "user.email=one@example.invalid", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *as_one, *words], cwd=folder, env=os.environ | who, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A real endpoint, as far as `record` can tell."""
    with start(mock_command("steady,ttft=0.05,itl=0.01", 8, 7)) as server:
        yield f"{server.base_url}/v1"


@pytest.fixture
def place(tmp_path: Path, endpoint: str, make_run: Callable[..., Path], many_cells: list[object]) -> Place:
    """A repository with an application, rows for pytest-benchmark, tests, and a run to be reported."""
    folder, temporary = tmp_path / "it", tmp_path / "temporary"
    temporary.mkdir()
    for file, text in {"rows/test_rows.py": ROWS, "tests/test_it.py": TESTS, "notebook.py": NOTEBOOK}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    (folder / "old.txt").write_text("nothing==1\n")
    git(folder, "init", "-q")
    for comment in ("# old\n", "# new\n"):
        (folder / "app.py").write_text(comment + APP)
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", comment.strip("# \n"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text(INSTALLER)
    (tmp_path / "bin" / "uv").chmod(0o755)
    env = os.environ | {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    env.pop("PYTEST_XDIST_WORKER", None)
    return Place(folder, temporary, endpoint, make_run(many_cells), env)


@contextmanager
def started(place: Place, command: Command) -> Iterator[subprocess.Popen[bytes]]:
    """Start it as a shell does: with a process group of its own, Ctrl-C not ignored."""
    env = dict(place.env)
    if command.installer:
        env["PATH"] = f"{place.folder.parent / 'bin'}{os.pathsep}{env['PATH']}"
    with (place.folder.parent / "said").open("wb") as said:
        process = subprocess.Popen(
            place.command(command),
            cwd=place.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            process_group=0,
        )
    try:
        yield process
    finally:
        for each in place.processes():
            with suppress(psutil.Error):
                each.kill()
        process.kill()
        process.wait()


def struck(place: Place, process: subprocess.Popen[bytes], how: str, rng: random.Random) -> str:
    """Send the signals of *how* to the command, or SIGKILL to one of those that it has started; say to whom."""
    others = [each for each in place.processes() if each.pid != process.pid]
    # The guardian may be killed, too; what it then cannot do, the command does where it ends by itself.
    if how == "child" and others:
        victim = rng.choice(others)
        words = " ".join(cmdline(victim))[:80]
        with suppress(psutil.Error):
            victim.kill()
        return words
    for number, each in enumerate(HOW[how]):
        time.sleep(0.05 * number)
        with suppress(ProcessLookupError):
            # As a terminal does it, and a closed one: to all of the group.
            target = os.killpg if each in {signal.SIGINT, signal.SIGHUP} else os.kill
            target(process.pid, each)
    return "the command"


def ended(process: subprocess.Popen[bytes], command: Command, how: str) -> float:
    """Wait for the command to end, told to do so where it would not by itself; return the seconds that took."""
    began = time.monotonic()
    if how == "child":
        with suppress(subprocess.TimeoutExpired):
            process.wait(command.seconds * 4 if command.ends else 3)
        if process.poll() is None:
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)
    return time.monotonic() - began


def left_after(place: Place, seconds: float) -> tuple[dict[str, object], float]:
    """Return what is left *seconds* later, and when that was the case first."""
    began = time.monotonic()
    while (left := place.left()) and time.monotonic() - began < seconds:
        time.sleep(0.05)
    return left, time.monotonic() - began


def killed(place: Place, name: str, how: str, rng: random.Random) -> dict[str, object]:
    """Start the command called *name*, kill it as *how* says, and return what came of it."""
    command = COMMANDS[name]
    after = rng.uniform(0.0, command.seconds)
    with started(place, command) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(after)
        before = process.poll() is None
        whom = struck(place, process, how, rng) if before else "nobody: it had ended"
        took = ended(process, command, how)
        left, gone = left_after(place, SOON)
    said = (place.folder.parent / "said").read_text("utf-8", "replace").strip().splitlines()
    return {
        "command": name, "how": how, "after": round(after, 2), "whom": whom, "code": process.returncode,
        "ended": round(took, 2), "gone": round(gone, 2), "left": left, "said": said[-1:],
    }  # fmt: skip


FEW = (("load", "INT"), ("gate", "KILL"), ("load", "KILL"), ("diagnose", "KILL"), ("claims --with", "INT"))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "how"), FEW)
def test_nothing_is_left_of_what_is_killed(place: Place, name: str, how: str):
    """The worst of them, once each."""
    assert killed(place, name, how, random.Random(f"{SEED} {name} {how}"))["left"] == {}


@pytest.mark.soak
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_left_whoever_is_killed_and_however(place: Place, name: str, how: str):
    """At as many moments as KILLS says; a line for each goes to the file that KILLED names."""
    rng = random.Random(f"{SEED} {name} {how}")
    for _ in range(KILLS):
        came = killed(place, name, how, rng)
        if "KILLED" in os.environ:
            with Path(os.environ["KILLED"]).open("a", encoding="utf-8") as file:
                file.write(json.dumps(came) + "\n")
        assert came["left"] == {}, came
        # Else it had done nothing that could leave anything behind; pytest that is interrupted ends with it, too.
        # And so does a command whose worker dies while it looks at the application, before it measures.
        measured = any((place.folder / "results").glob("*"))
        looked = how == "child" and "the worker died" in "".join(came["said"]) and not measured
        assert came["code"] != USAGE or name.startswith("pytest") or looked, came
        shutil.rmtree(place.folder / "results", ignore_errors=True)
        shutil.rmtree(place.folder / "out", ignore_errors=True)
