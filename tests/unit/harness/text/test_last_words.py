"""Which line says why a process ended."""

import pytest

from overlap.harness.text.last_words import reason

UVICORN = """ERROR:    Traceback (most recent call last):
  File "/x/starlette/routing.py", line 694, in lifespan
    async with self.lifespan_context(app):
openai.InternalServerError: Error code: 500

ERROR:    Application startup failed. Exiting.
"""
CHAINED = """Traceback (most recent call last):
  File "a.py", line 1, in <module>
httpx.ReadError

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "b.py", line 2, in <module>
openai.APIConnectionError: Connection error.
"""
THREAD = """Exception in thread Thread-1 (say_ready):
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 1038, in _bootstrap_inner
    self.run()
FileNotFoundError: [Errno 2] No such file or directory
"""
CUT = THREAD[: THREAD.index("    self.run")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (UVICORN, "openai.InternalServerError: Error code: 500"),
        (CHAINED, "openai.APIConnectionError: Connection error."),
        (UVICORN + THREAD, "openai.InternalServerError: Error code: 500"),
        (THREAD + CHAINED, "openai.APIConnectionError: Connection error."),
        (CHAINED + CUT, "openai.APIConnectionError: Connection error."),
        (THREAD, "FileNotFoundError: [Errno 2] No such file or directory"),
        ("usage: x\nerror: no profile 'nothing'\n", "error: no profile 'nothing'"),
        ("port is taken\n" + CUT, "port is taken"),
        ("", ""),
    ],
)
def test_the_line_is_that_of_the_exception(text, line):
    """Not a log's epilogue, not another thread's complaint, not half a traceback."""
    assert reason(text) == line
