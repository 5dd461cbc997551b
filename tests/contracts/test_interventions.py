"""The contract of every intervention: words for a developer, nothing to change in innocence, and no harm done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from overlap.harness import registry
from overlap.harness.diagnose.catalogue import FOLDER, KINDS, intervention
from overlap.harness.diagnose.figures import HEADLINES
from overlap.harness.diagnose.observation import Observation
from overlap.harness.model.record import Call, Queue, Served, Slot

NAMES = registry.names(FOLDER)
MS = 1_000_000
APP = Path(__file__).parents[1] / "traps" / "blocked_loop.py"


def place(text):
    """A line of a test application, as watchers note it."""
    lines = APP.read_text().splitlines()
    line = next(number for number, each in enumerate(lines, 1) if text in each)
    return {"file": "app.py", "line": line, "function": "answer", "text": text, "path": str(APP)}


def seen(notes, served, *, queue=None, pool=None, opened=0, strategy="gather_bounded"):
    """Two calls of 100 ms, each with the requests *served*."""
    calls = [Call("app", 0, index, sent=0, done=100 * MS, served=served) for index in range(2)]
    slot = Slot("app", 0, 0, 2, 0, 100 * MS, 10 * MS, queue=queue, pool=pool, peak=2, requests=2, opened=opened)
    return Observation(slot, calls, notes, ("ainvoke", "invoke"), strategy, 16, "lognormal,ttft=0.04,itl=0.003")


def innocent():
    """An application in which there is nothing to mend."""
    return seen({"pool": [{"most": 1000, "kept": 100, "count": 1, "took": 0}]}, (Served(0, [MS], [MS], MS),))


def guilty():
    """An application that has every trap there is."""
    where = place("settings = fetch_settings(question)")
    noted = {"count": 2, "took": 50 * MS}
    notes = {
        "abatch": [{**where, **noted, "steps": 2, "inputs": 4}],
        "busy": [{**where, **noted}],
        "callback": [{**noted, "handler": "Recorder", "event": "on_llm_new_token"}],
        "client": [{**where, **noted}],
        "held": [{**where, **noted, "inner": "fetch_settings()"}],
        "limiter": [{**noted, "rate": 5.0, "every": 0.1}],
        "parsed": [{**noted, "parser": "StrOutputParser"}],
        "pool": [{**where, **noted, "most": 5, "kept": 0}],
        "semaphore": [{**where, **noted, "value": 4}],
        "timeout": [{**noted, "seconds": 0.15}],
        "tracing": [noted],
    }
    failed = Served(0, [MS], [], MS, disconnected=True)
    return notes, (failed, Served(2 * MS, [MS], [MS], MS))


def told(name):
    """What the intervention would be told of an application that has it all."""
    notes, served = guilty()
    waits = Queue(2, 20 * MS, 40 * MS)
    # A client for every call is churn with another cause, so that one is told of churn where there are none.
    for strategy in ("gather_bounded", "abatch"):
        for some in (notes, {topic: each for topic, each in notes.items() if topic != "client"}):
            found = seen(some, served, queue=waits, pool=waits, opened=2, strategy=strategy)
            if (answer := intervention(name).parameters(found)) is not None:
                return found, answer
    return None, None


@pytest.mark.parametrize("name", NAMES)
def test_an_intervention_says_in_a_line_what_it_does(name):
    """Its docstring is its help; its kind and its headline are known, and it says why it may not apply."""
    each = intervention(name)
    assert each.does
    assert len(each.does) <= 110
    assert each.kind in KINDS
    assert set(each.headlines) <= set(HEADLINES)
    assert all(HEADLINES[also].counted for also in each.headlines[1:])
    assert each.nothing
    assert set(each.order) <= {"executor", "loop", "strategy", "speed"}


@pytest.mark.parametrize("name", NAMES)
def test_a_trap_has_nothing_to_change_in_an_innocent_application(name):
    """What is not there is neither measured nor named."""
    if intervention(name).kind == "trap":
        assert intervention(name).parameters(innocent()) is None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_in_the_way_is_named_with_a_line_to_change(name):
    """Title and advice are one line each, and no path of the machine is in them."""
    found, answer = told(name)
    assert answer is not None
    for words in (intervention(name).title(found), intervention(name).advice(found)):
        assert words.strip()
        assert "\n" not in words
        assert str(APP.parent) not in words


# Runs in a process of its own, one fork for each: a library that has been changed cannot be changed back.
HARMLESS = """
import asyncio, json, os, ssl, sys
from functools import cache
from concurrent.futures import ThreadPoolExecutor
import openai
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from overlap.harness.diagnose.catalogue import intervention
from overlap.harness.diagnose.notes import Notes

async def used():
    limit = asyncio.BoundedSemaphore(1)
    for _ in range(3):
        async with limit:
            pass
    chain = FakeListChatModel(responses=["one", "two"]) | StrOutputParser()
    assert await chain.ainvoke("?") == "one"
    assert "".join([piece async for piece in chain.astream("?")]) == "two"
    assert sorted(await chain.abatch(["?", "?"])) == ["one", "two"]
    async with openai.AsyncOpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as client:
        assert client.max_retries == 2
    with ThreadPoolExecutor(2) as pool:
        assert await asyncio.get_running_loop().run_in_executor(pool, len, "ab") == 2

# Once beforehand: what is imported late is then there for all forks, and the machine's certificates are read.
ssl.create_default_context = cache(ssl.create_default_context)
asyncio.run(used())
for name, told in json.loads(sys.argv[1]).items():
    for change in (lambda: intervention(name).watch(Notes()), lambda: intervention(name).apply(**told)):
        child = os.fork()
        if not child:
            try:
                change()
                asyncio.run(used())
                os._exit(0)
            except BaseException as wrong:
                print(name, repr(wrong), file=sys.stderr)
            finally:
                os._exit(1)
        if os.waitpid(child, 0)[1]:
            sys.exit(name)
"""


def test_neither_watching_nor_changing_breaks_what_applications_use():
    """Semaphores, chains, streams, clients and pools do what they did, whatever is watched or changed."""
    given = json.dumps({name: told(name)[1] for name in NAMES})
    done = subprocess.run(
        [sys.executable, "-c", HARMLESS, given], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
