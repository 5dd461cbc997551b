"""Twenty secrets planted where an application can have them; all that is shown or written is looked through."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from overlap.harness.host import our_package

pytestmark = pytest.mark.slow

NAMED = {
    "CANARY_PLAIN": "plainCanaryOne",
    "CANARY_ODD": 'odd "canary" zw\\ei/2',
    "CANARY_URL": "pg://bob:canaryPw3@db/x",
}
DOTENV = {"APP_PASSWORD": "dotenvCanaryFour", "APP_DB_TOKEN": "dotenv canary five"}
# What the application says by itself: keys by their shape, and what is announced.
SAID = (
    "sk-proj-canary6abcdefghijkl",
    "sk-ant-api03-canary7abcdefghi",
    "gsk_canary8abcdefghijklmnopqrst",
    "AIzaSyCanary9abcdefghijklmnopqrstuvwxyz",
    "AKIACANARY10EXAMPLEQ",
    "ghp_canary11abcdefghijklmnopqrstuvwxyz",
    "glpat-canary12abcdefghijk",
    "xoxb-123456789012-canary13abc",
    "hf_canary14abcdefghijklmnopqrstuvwxyz",
    "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkxNSI6MX0.canary15signature",
)
ANNOUNCED = {
    "http://bob:canary16pw@db.internal/x": "canary16pw",
    "https://h/?api_key=canary17key&a=1": "canary17key",
    "login failed with password canary18pw": "canary18pw",
    "Authorization: Bearer canary19bearer": "canary19bearer",
    "-----BEGIN PRIVATE KEY-----\nCanary20MIIEowIBAAKCAQEAabcdefgh\n-----END PRIVATE KEY-----": "Canary20MIIEow",
}
PROMPT = "promptCanaryZero"
SECRETS = [*NAMED.values(), "canaryPw3", *DOTENV.values(), *SAID, *ANNOUNCED.values(), PROMPT]

APP = f"""
import json, os, urllib.request
from pathlib import Path

for each in Path(".env").read_text().splitlines():
    name, _, value = each.partition("=")
    os.environ[name] = value
WORDS = {[*SAID, *ANNOUNCED]!r}
WORDS += [os.environ[name] for name in {[*NAMED, *DOTENV]!r}]
turn = 0

def chain(question):
    global turn
    turn += 1
    body = json.dumps({{"model": "m", "messages": [{{"role": "user", "content": question}}]}}).encode()
    asked = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", body)
    asked.add_header("Content-Type", "application/json")
    asked.add_header("X-Api-Key", WORDS[turn % len(WORDS)].splitlines()[0])
    answer = urllib.request.urlopen(asked).read().decode()
    if turn > FROM:
        word = WORDS[turn % len(WORDS)]
        print("the application prints", word)
        kind = type(word.splitlines()[0], (RuntimeError,), {{}}) if turn % 2 else RuntimeError
        raise kind(f"it was {{word}} for {{question!r}}")
    return answer

def calm(question):
    global turn
    turn, kept = 0, turn
    answer = chain(question)
    turn = kept + 1
    print("the application prints", WORDS[turn % len(WORDS)])
    return answer

FROM = int(os.environ.get("FAILS_FROM", "6"))
"""
FAILS = "def fails(question):\n    raise RuntimeError('it was ' + WORDS[0] + ' ' + WORDS[-1] + WORDS[-3])\n"
LOCUSTFILE = f"""
from locust import User, task
WORDS = {[*SAID, *ANNOUNCED]!r}

class Mine(User):
    @task
    def one(self):
        raise RuntimeError("it was " + self.host + " " + WORDS[0])
"""
ENV = ["--env", ",".join(NAMED)]
EACH = [word for name in NAMED for word in ("--env", name)]
GATE = ["--out", "out", "--formats", "all"]
OURS = "http://127.0.0.1:9/v1"
SHORT = ["--rounds", "3", "--calls", "40", "--concurrency", "8"]
SEARCH = ["--least", "4", "--most", "5", "--duration", "4", "--rounds", "3", "--share", "0.8", "--calibrate", "0"]
COMMANDS = {
    "bench": ["bench", "app.py:chain", *ENV, "--strategies", "thread_pool", *SHORT, "--calibrate", "0"],
    "bench that cannot begin": ["bench", "app.py:fails", *ENV],
    "bench by a file": ["bench", "--config", "run.toml"],
    "diagnose": ["diagnose", "app.py:chain", *EACH, *SHORT, "--only", "executor"],
    "diagnose that cannot begin": ["diagnose", "app.py:fails", *EACH],
    "gate": [
        "gate",
        "app.py:chain",
        "--strategies",
        "invoke",
        "--rounds",
        "2",
        *ENV,
        "--out",
        "out",
        "--formats",
        "all",
    ],
    "slo": ["slo", "app.py:calm", "--slo", "e2e=2", *ENV, *SEARCH],
    "slo that cannot begin": ["slo", "app.py:fails", "--slo", "e2e=2", *ENV, "--rounds", "1"],
    "claims": ["claims", "C12", "--results", "results"],
    "load": [
        "load",
        "--host",
        "http://bob:canary16pw@127.0.0.1:9",
        "--time",
        "1",
        "--users",
        "1",
        "--file",
        "lf.py",
    ],
    "load of a locustfile": ["load", "--time", "1", "--users", "1", "--file", "lf.py"],
    "record that cannot begin": [
        "record",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--api-key-env",
        "CANARY_PLAIN",
        "--out",
        "r.json",
    ],
}
MORE = {
    "bench": ["--format", "html,markdown,json,csv", "--inputs", "prompts.txt"],
    "gate": ["--base", f"env.OPENAI={SAID[0]}", "--candidate", f"env.OPENAI={SAID[1]}"],
    "bench that cannot begin": ["--server", f"{sys.executable} server.py {SAID[0]}"],
}


@pytest.fixture
def folder(tmp_path):
    """Make a project with an application that tells its secrets."""
    (tmp_path / "tmp").mkdir()
    texts = {
        "app.py": APP
        + f"def fails(question):\n    raise RuntimeError('it was {SAID[0]} ' + WORDS[-1] + WORDS[-3])\n",
        "lf.py": LOCUSTFILE,
        "server.py": "import sys\nraise SystemExit('cannot serve with ' + sys.argv[1])\n",
        "prompts.txt": f"Why {PROMPT}?\n",
        ".env": "".join(f"{name}={value}\n" for name, value in DOTENV.items()),
        "run.toml": f'scenarios = ["app.py:{SAID[0]}"]\nenv = {json.dumps(list(NAMED))}\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def forms(secret):
    """Return the bytes in which *secret* may stand somewhere."""
    written = (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe=""))
    return {each.encode() for each in written} | {base64.b64encode(secret.encode()).rstrip(b"=")}


def leaks(told, folder, planted):
    """Return where which secret stands, by its number: a test must not print what nobody may see."""
    texts = dict(told)
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and path not in planted:
            texts[str(path.relative_to(folder))] = path.read_bytes()
    return sorted(
        f"{where}: secret {number}"
        for where, text in texts.items()
        for number, secret in enumerate(SECRETS)
        if any(form in text for form in forms(secret))
    )


def overlap(folder, *words, python=None, **more):
    """Run the command with *words* in *folder*, among variables that hold secrets."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ = {
        **ours,
        **NAMED,
        "TMPDIR": str(folder / "tmp"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    command = [sys.executable, "-m", *python] if python else [Path(sys.executable).with_name("overlap")]
    return subprocess.run(
        [*command, *words], cwd=folder, env=environ | more, capture_output=True, timeout=200, check=False
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_no_secret_is_shown_or_written(folder, name):
    """Neither on stdout and stderr nor in the run's folder, in any format, or in the temporary folder."""
    planted = set(folder.iterdir())
    done = overlap(folder, *COMMANDS[name], *MORE.get(name, []))
    assert leaks({"stdout": done.stdout, "stderr": done.stderr}, folder, planted) == []
    assert b"Traceback" not in done.stderr
    if name in {"slo", "claims"}:
        assert done.returncode in {0, 3}, done.stderr.decode()
        assert set(folder.rglob("*.json"))
    if name in {"bench that cannot begin", "diagnose that cannot begin", "slo that cannot begin"}:
        assert b"[secret]" in done.stderr
    assert b"KeyError" not in done.stderr, "a variable that was named did not reach the application"
    if name in {"bench", "diagnose", "gate", "load of a locustfile"}:
        assert set(folder.rglob("*.json")), done.stderr.decode()


def test_what_is_made_of_a_run_holds_no_secret(folder):
    """Reports in every format, and the run beside itself; the application's errors are in all of them."""
    planted = set(folder.iterdir())
    assert overlap(folder, "bench", "app.py:chain", *ENV, "--strategies", "thread_pool", *SHORT).returncode == 1
    texts = {}
    for words in (
        ["report", "latest", "--format", "html,markdown,json,csv,parquet"],
        ["compare", "latest", "latest"],
    ):
        done = overlap(folder, *words)
        texts |= {f"{words[0]} stdout": done.stdout, f"{words[0]} stderr": done.stderr}
        assert b"RuntimeError" in done.stdout or words[0] == "compare"
    assert leaks(texts, folder, planted) == []
    assert {path.suffix for path in folder.rglob("*")} >= {".html", ".md", ".json", ".csv", ".parquet", ".svg"}


def test_an_endpoint_is_recorded_without_its_key_or_what_was_asked(folder):
    """The key reaches the endpoint, and nothing that is shown or written; the same endpoint is measured, too."""
    planted = set(folder.iterdir())
    key = ["--token", NAMED["CANARY_PLAIN"]]
    command = [*our_package.command("overlap.mock_server"), "--port", "0", "--tokens", "3", *key]
    mock = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        place = mock.stdout.readline().split()[1]
        words = ["--base-url", f"{place}/v1", "--api-key-env", "CANARY_PLAIN", "--yes", "--inputs", "prompts.txt"]
        words += ["--model", "gpt-4o"]
        done = overlap(folder, "record", *words, "--calls", "6", "--out", "r.json")
        bench = overlap(folder, "bench", *words, "--rounds", "1", "--calls", "2")
    finally:
        mock.terminate()
        said = mock.communicate(timeout=20)
    assert (folder / "r.json").is_file(), done.stderr.decode()
    texts = {
        "record": done.stdout + done.stderr,
        "bench": bench.stdout + bench.stderr,
        "mock": repr(said).encode(),
    }
    assert leaks(texts, folder, planted) == []


PYTEST = """
import pytest

@pytest.mark.parametrize("strategy", ["thread_pool", "invoke"])
def test_it(strategy_benchmark, strategy):
    more = {"profile": "steady,ttft=0.001", "tokens": 2, "rounds": 2}
    strategy_benchmark("app.py:chain", strategy=strategy, concurrency=4, calls=12, **more)
"""


def test_a_pytest_session_writes_no_secret(folder):
    """The plugin's rows and its errors; what the application prints within a session is shown by pytest itself."""
    (folder / "test_app.py").write_text(PYTEST)
    (folder / "app.py").write_text(
        APP.replace("os.environ[name] for", "os.environ.get(name, 'not passed on') for")
    )
    planted = set(folder.iterdir())
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--show-capture=no"]
    words += ["--benchmark-json=rows.json"]
    done = overlap(folder, *words, python=["pytest"], FAILS_FROM="6")
    assert leaks({"stdout": done.stdout, "stderr": done.stderr}, folder, planted) == []
    assert (folder / "rows.json").is_file(), done.stdout.decode()
    assert b"20 of 24 calls failed ([secret])" in done.stdout


def test_the_search_finds_what_is_there(folder):
    """Had it looked for nothing, nothing would have been found."""
    (folder / "out.txt").write_bytes(json.dumps(NAMED["CANARY_ODD"]).encode())
    assert leaks({"stdout": SAID[3].encode()}, folder, {folder / "app.py"}) != []
    assert "out.txt: secret 1" in leaks({}, folder, set())
