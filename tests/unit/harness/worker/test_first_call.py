"""Looking at an application before anything is measured, without a server."""

import gc
import os
import sys
import warnings
from dataclasses import asdict

import pytest

from overlap.harness.model.record import Cell
from overlap.harness.worker.main import answer
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls

APP = """
import os
POINTED = os.environ["OPENAI_BASE_URL"]

class Half:
    async def ainvoke(self, question):
        return f"{POINTED} {question}"
    def invoke(self, question):
        raise TypeError("async only")
    def batch(self, questions, config=None):
        raise TypeError("async only")

half = Half()

async def nothing(question):
    return ""

async def late(question):
    if "00000]" in question:
        raise ValueError("not that one")
    return question
"""


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Have an application of the file above looked at in this process, whose environment is as before after."""
    # A slot collects garbage before it is timed: what earlier tests left in their clients' cycles is theirs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    (tmp_path / "own_look.py").write_text(APP)

    def looked(what, target, strategy="gather"):
        cell = Cell(f"own_look.py:{target}", "own", strategy, "asyncio", 2)
        word = f"{tmp_path}/own_look.py:{target}"
        order = Order(cell, 0, 3, 3, "http://127.0.0.1:9", 7, 2, 30.0, 0, subject=word)
        return answer({what: asdict(order)})

    yield looked
    sys.modules.pop("own_look", None)


def test_methods_that_only_raise_are_told_from_those_that_work(look):
    """An application that is async only may have the blocking methods of its kind."""
    assert set(look("methods", "half")["methods"]) == {"ainvoke", "invoke", "batch"}
    came = look("tried", "half")["tried"]
    assert (came.attempted, came.empty, came.errors) == (1, 0, [])
    assert set(came.failing) == {"invoke", "batch"}
    assert came.failing["invoke"].startswith("own_look.py, line 9: TypeError: async only")


def test_a_second_and_third_call_are_made_while_there_is_no_output(look):
    """Nothing at all is odd; a call that fails may be one of some."""
    assert look("tried", "nothing")["tried"] == FirstCalls(attempted=3, empty=3, errors=[], failing={})
    came = look("tried", "late")["tried"]
    assert (came.attempted, came.empty) == (2, 0)
    assert came.errors == ["own_look.py, line 20: ValueError: not that one"]


def test_the_application_finds_its_address_in_the_environment(look):
    """Set before it is imported; the same for every slot."""
    timed = look("slot", "half")
    assert [call.error for call in timed["calls"]] == [None] * 6
    assert os.environ["OPENAI_BASE_URL"] == "http://127.0.0.1:9/v1"


def test_what_cannot_be_had_is_a_mistake_before_a_run_and_a_reason_in_it(look):
    """The run goes on without the slot."""
    said = "has no 'gone'; there is: Half, half, nothing, late"
    assert said in look("methods", "gone")["mistake"]
    assert said in look("slot", "gone")["reason"]
