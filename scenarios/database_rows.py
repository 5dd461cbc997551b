"""Do rows of a database reach the reader of a stream as they are read, before the model has its say?"""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from overlap.harness.host.owned.temporary import temporary
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import in_each, ratio, variants, verdict, versus, without_interval
from overlap.scenarios._langchain import model
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "database_rows"
ROWS = 400
# SQLite computes each row when it is asked for it: how many notes up to this one share its topic.
QUERY = """SELECT note.body || ', ' || (SELECT count(*) FROM notes AS other
           WHERE other.id <= note.id AND other.topic = note.topic) FROM notes AS note ORDER BY note.id"""
GENERATOR, ONE, FETCHALL, BLOCKING = (
    "async generator",
    "async generator, row by row",
    "fetchall",
    "sqlite3 on the loop",
)

PLAN = (
    Plan(
        strategies=("astream_many",),
        clients=("langchain",),
        concurrency=(4,),
        rounds=3,
        profile="steady,ttft=0.05,itl=0.002",
        variants=(GENERATOR, ONE, FETCHALL, BLOCKING),
    ),
)


def filled(path: Path) -> None:
    """Make a database of `ROWS` notes in *path*."""
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, topic INTEGER, body TEXT)")
        notes = [(number, number % 7, f"note {number}") for number in range(ROWS)]
        database.executemany("INSERT INTO notes VALUES (?, ?, ?)", notes)
    database.close()


async def fetched(path: Path, size: int) -> AsyncIterator[str]:
    """Yield rows by aiosqlite, *size* of them for each trip to the driver's thread."""
    import aiosqlite

    async with aiosqlite.connect(path, iter_chunk_size=size) as database, database.execute(QUERY) as cursor:
        async for row in cursor:
            yield row[0]


async def all_fetched(path: Path) -> AsyncIterator[str]:
    """Yield rows by aiosqlite once all of them are there."""
    import aiosqlite

    async with aiosqlite.connect(path) as database:
        for row in await database.execute_fetchall(QUERY):
            yield row[0]


async def blocking(path: Path) -> AsyncIterator[str]:
    """Yield rows by the blocking driver, on the event loop's own thread."""
    database = sqlite3.connect(path)
    try:
        for row in database.execute(QUERY):
            yield row[0]
    finally:
        database.close()


Reader = Callable[[Path], AsyncIterator[str]]
READERS: dict[str, Reader] = {
    GENERATOR: lambda path: fetched(path, 64),
    ONE: lambda path: fetched(path, 1),
    FETCHALL: all_fetched,
    BLOCKING: blocking,
}


class NotesTable:
    """A stream of all notes and then of what the model says of them, as one chain; the database is a file."""

    def __init__(self, llm: Any, read: Reader) -> None:
        from langchain_core.runnables import RunnableGenerator

        self._stack = ExitStack()
        path = self._stack.enter_context(temporary("notes")) / "notes.db"
        filled(path)

        async def rows(questions: AsyncIterator[str]) -> AsyncIterator[tuple[str, str | None]]:
            async for question in questions:
                yield question, None
                async for row in read(path):
                    yield question, row

        async def comment(pairs: AsyncIterator[tuple[str, str | None]]) -> AsyncIterator[str]:
            latest = last = ""
            async for question, row in pairs:
                latest = question
                if row:
                    yield (last := row)
            async for chunk in llm.astream(f"{latest} The last note: {last}"):
                yield chunk.content

        self.astream = (RunnableGenerator(rows) | RunnableGenerator(comment)).astream

    def close(self) -> None:
        """Remove the database."""
        self._stack.close()


def build(client: Any, _endpoint: Endpoint, read: Reader) -> NotesTable:
    """Build the stream of notes upon one way of reading them."""
    return NotesTable(model(client), read)


VARIANTS = {name: partial(build, read=read) for name, read in READERS.items()}


def answer(summary: Summary) -> str | None:
    """Say when the first row arrives, and how long the loop is held up, for each way of reading."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    factor = ratio(summary, by_variant.get(GENERATOR), by_variant.get(FETCHALL), "ttft.p50")
    if not factor:
        return None
    sentences = [
        f"{name} {without_interval(cell, 'ttft.p50')}, loop held up for {without_interval(cell, 'loop_lag.max')}, "
        f"{without_interval(cell, 'cpu')} of CPU a call"
        for name, cell in by_variant.items()
    ]
    first = versus(factor, "the first row comes in {} the time of fetchall", "the first rows of both")
    first = f"{verdict(factor, 'No', 'Yes')}: {first}"
    return f"{first}. Of {ROWS} rows: {'; '.join(sentences)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
