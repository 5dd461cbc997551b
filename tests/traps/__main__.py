"""
Diagnoses every trap and the clean application several times, and prints what was named: `python tests/traps`.

Asks for a quiet machine, and half an hour of it. Exits with 1 where anything else was named than the trap that
was planted, or a trap in the clean application.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import orjson

# Application → the intervention that mends what was planted there; None for the one that nothing was planted in.
PLANTED = {
    "executor_starvation.py:chain": "executor",
    "blocked_loop.py:answer": "off_the_loop",
    "barrier.py:answer": "barrier",
    "hidden_retries.py:chain": "retries",
    "client_per_call.py:answer": "one_client",
    "connection_churn.py:chain": "keepalive",
    "forgotten_limit.py:answer": "semaphore",
    "slow_callback.py:chain": "callbacks",
    "clean.py:chain": None,
}


def diagnosed(app, rounds, seed):
    """Diagnose *app* in a process of its own, as a user would; return what diagnosis.json says."""
    with TemporaryDirectory() as folder:
        words = ["diagnose", str(Path(__file__).parent / app), "--rounds", str(rounds), "--seed", str(seed)]
        command = [sys.executable, "-m", "overlap.harness.cli", *words, "--results", folder, "--quiet"]
        subprocess.run(command, check=True, timeout=600)
        [made] = Path(folder).glob("*/diagnosis.json")
        return orjson.loads(made.read_bytes())


def main():
    """Carry out all of it, and return the exit code."""
    asked = argparse.ArgumentParser(prog="python tests/traps", description=__doc__.strip().partition("\n")[0])
    asked.add_argument("--times", type=int, default=5, help="diagnoses of each application")
    asked.add_argument("--seed", type=int, default=7, help="seed of the first; the others count on")
    asked.add_argument("--rounds", type=int, default=5, help="rounds of each diagnosis")
    asked.add_argument("apps", nargs="*", help="only these, such as clean")
    given = asked.parse_args()
    wrong, began = 0, monotonic()
    chosen = {app: trap for app, trap in PLANTED.items() if not given.apps or app.partition(".")[0] in given.apps}
    for app, trap in chosen.items():
        found = [diagnosed(app, given.rounds, given.seed + number) for number in range(given.times)]
        right = sum(each["named"] == trap for each in found)
        wrong += given.times - right
        print(f"{right}/{given.times}  {app:30} {trap or 'nothing':13} {found[-1]['answer']}", flush=True)
        for each in found:
            if each["named"] != trap:
                print(f"       named {each['named']}: {each['answer']}", flush=True)
    print(f"{wrong} wrong, {monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
