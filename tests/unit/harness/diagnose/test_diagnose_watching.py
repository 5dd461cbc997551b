"""Which line holds the loop, and what is noted of it."""

import asyncio
import sysconfig

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.places import holder
from overlap.harness.diagnose.watching import Watcher

CODE = """
import sys, time
async def answer(seconds):
    return fetch(seconds)
def fetch(seconds):
    time.sleep(seconds)
async def through(call):
    return await call()
found = []
def look():
    found.append(holder(sys._getframe()))
"""


def application(tmp_path):
    """An application in a file of its own."""
    file, space = tmp_path / "app.py", {"holder": holder}
    file.write_text(CODE)
    exec(compile(CODE, str(file), "exec"), space)  # noqa: S102  a file's code, as an import would run it
    return space


def test_the_line_that_blocks_is_noted_with_what_it_calls(tmp_path):
    """Of 0.2 s asleep in a coroutine, most is found to be its own, where it can be mended."""
    notes, app = Notes(), application(tmp_path)

    async def watched():
        watcher = Watcher(notes)
        watcher.began(asyncio.get_running_loop())
        await asyncio.sleep(0.03)
        await app["answer"](0.2)
        watcher.ended()

    asyncio.run(watched())
    # A busy machine may hold this test's own line for a moment, too: what took longest comes first.
    held, *_ = notes.taken()["held"]
    assert (held["function"], held["line"], held["inner"]) == ("answer", 4, "fetch()")
    assert held["took"] > 50_000_000


def test_a_loop_that_only_waits_is_held_by_nothing():
    """Waiting is what a loop is for."""
    notes = Notes()

    async def watched():
        watcher = Watcher(notes)
        watcher.began(asyncio.get_running_loop())
        await asyncio.sleep(0.05)
        watcher.ended()

    asyncio.run(watched())
    assert "held" not in notes.taken()


LIBRARY = """
async def work(call):
    return step(call)
def step(call):
    return call()
"""


def frame_in(app, call):
    """What `holder` says of the frame in which *call* looks, awaited by a library that the application awaits."""
    space = {}
    exec(compile(LIBRARY, f"{sysconfig.get_path('purelib')}/library.py", "exec"), space)  # noqa: S102  see above
    return asyncio.run(app["through"](lambda: space["work"](call)))


def test_a_library_at_work_holds_the_loop_itself(tmp_path):
    """Whoever awaits a library is not to blame for what it computes: it does so in every call."""
    app = application(tmp_path)
    code = compile("def look():\n    import sys\n    return holder(sys._getframe())", "<library>", "exec")
    space = {"holder": holder}
    exec(code, space)  # noqa: S102  a frame that belongs to nobody
    assert frame_in(app, space["look"]) is None


def test_a_plain_function_that_a_library_calls_is_the_applications(tmp_path):
    """A handler that runs on the loop holds it, though a coroutine of the library's stands around it."""
    app = application(tmp_path)
    where, inner = frame_in(app, lambda: app["look"]() or app["found"][0])
    assert where == inner
    assert where.function == "look"


def test_notes_are_counted_by_what_they_are_about():
    """Those that took longest come first, and a late look may add to them."""
    notes = Notes()
    notes.add("wait", {"at": 1}, took=5)
    notes.add("wait", {"at": 2}, took=7)
    notes.add("wait", {"at": 1}, took=5)
    notes.at_end(lambda: notes.add("late", {}))
    found = notes.taken()
    assert [(each["at"], each["count"], each["took"]) for each in found["wait"]] == [(1, 2, 10), (2, 1, 7)]
    assert found["late"][0]["count"] == 1
