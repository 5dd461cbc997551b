"""Twenty secrets planted where an application can have them; all that is shown or written is looked through."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

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
    "slo": ["slo", "app.py:fails", "--slo", "e2e=2", *ENV, "--rounds", "1"],
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
    "record": [
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


@pytest.mark.parametrize("name", COMMANDS)
def test_no_secret_is_shown_or_written(folder, name):
    """Neither on stdout and stderr nor in the run's folder, in any format, or in the temporary folder."""
    planted = set(folder.iterdir())
    environ = {
        **os.environ,
        **NAMED,
        "TMPDIR": str(folder / "tmp"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("overlap"), *COMMANDS[name], *MORE.get(name, [])],
        cwd=folder,
        env=environ,
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert leaks({"stdout": done.stdout, "stderr": done.stderr}, folder, planted) == []
    assert b"Traceback" not in done.stderr
    if name in {"bench that cannot begin", "diagnose that cannot begin", "slo"}:
        assert b"[secret]" in done.stderr
    assert b"KeyError" not in done.stderr, "a variable that was named did not reach the application"
    if name in {"bench", "diagnose", "gate", "load of a locustfile"}:
        assert set(folder.rglob("*.json")), done.stderr.decode()


def test_the_search_finds_what_is_there(folder):
    """Had it looked for nothing, nothing would have been found."""
    (folder / "out.txt").write_bytes(json.dumps(NAMED["CANARY_ODD"]).encode())
    assert leaks({"stdout": SAID[3].encode()}, folder, {folder / "app.py"}) != []
    assert "out.txt: secret 1" in leaks({}, folder, set())
