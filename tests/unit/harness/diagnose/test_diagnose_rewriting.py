"""Calls that block, moved to a thread in the code that is compiled."""

import ast
import asyncio
import threading

import pytest

from overlap.harness.diagnose.rewriting import movable, moved

APP = '''"""An application."""
from __future__ import annotations

async def answer(question):
    settings = fetch(question)
    reply = await ask(question, settings)
    return [str(each) for each in reply]

def plain(question):
    return fetch(question)
'''


def line(text):
    """The line of the application that has *text*."""
    return next(number for number, each in enumerate(APP.splitlines(), 1) if text in each)


def test_a_call_is_awaited_on_a_thread_and_nothing_else_changes():
    """The edit that is advised is the edit that was tried."""
    made = ast.unparse(moved(APP, [line("settings = ")]))
    assert "settings = await __overlap_to_thread(fetch, question)" in made
    assert "reply = await ask(question, settings)" in made
    assert "return fetch(question)" in made


def test_what_is_moved_runs_on_another_thread():
    """The loop's thread is free meanwhile, and the value comes back."""
    source = "import threading\nasync def where(): return threading.get_ident()\n"
    space = {}
    exec(compile(moved(source, [2]), "app.py", "exec"), space)  # noqa: S102  what is compiled is to be run
    assert asyncio.run(space["where"]()) != threading.get_ident()


@pytest.mark.parametrize(
    ("text", "can"), [("settings = ", True), ("reply = ", False), ("return fetch", False), ("async def", False)]
)
def test_only_a_call_of_a_coroutine_that_is_not_awaited_can_be_moved(tmp_path, text, can):
    """A plain function cannot await, and what is awaited already does not block."""
    file = tmp_path / "app.py"
    file.write_text(APP)
    assert movable(str(file), line(text)) is can


def test_a_file_that_cannot_be_read_has_nothing_to_move(tmp_path):
    """A line typed at a prompt has no file."""
    assert not movable(str(tmp_path / "none.py"), 1)
