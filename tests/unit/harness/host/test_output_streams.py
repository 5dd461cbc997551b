"""What a command says, to readers that are gone, full, closed or without Unicode; each in a process of its own."""

import codecs
import os
import signal
import subprocess
import sys

import pytest

from overlap.harness.host.output_streams import ERRORS, replaced

codecs.register_error(ERRORS, replaced)

# What `overlap` does with a command that says a line to either side and ends with a code.
SCRIPT = """
import sys
from overlap.harness.host import fast_exit as ending, output_streams as outlets
outlets.guard()
print("p50 \\u2013 12 \\u00b5s \\u2265 \\u2588", flush=True)
print("warned \\u2026", file=sys.stderr)
open("written", "w").write("a file")
ending.at_once(outlets.settled({code}, shows={shows}))
"""


def _run(tmp_path, words, *, code=0, shows=True, **environment):
    """Run the script by a shell, which redirects as *words* say; answers (exit code, stdout, stderr)."""
    script = SCRIPT.format(code=code, shows=shows)
    done = subprocess.run(
        ["bash", "-c", f'exec "$0" -c "$1" {words}', sys.executable, script],
        capture_output=True,
        timeout=60,
        cwd=tmp_path,
        env={**os.environ, **environment},
        check=False,
    )
    assert (tmp_path / "written").read_text() == "a file"
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_what_is_read_is_passed_on_as_it_is(tmp_path):
    """Nothing stands between a command and a reader that has everything."""
    assert _run(tmp_path, "", PYTHONIOENCODING="utf-8") == (
        0,
        "p50 \u2013 12 \u00b5s \u2265 \u2588\n",
        "warned \u2026\n",
    )


@pytest.mark.parametrize("words", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_descriptor_changes_neither_code_nor_files(tmp_path, words):
    """Nor does the next file that is opened become standard output."""
    assert _run(tmp_path, words)[0] == 0
    assert _run(tmp_path, words, code=3)[0] == 3


def test_a_full_reader_is_one_line_and_exit_1(tmp_path):
    """What should have been shown was not; a code that says more stays."""
    code, _, errors = _run(tmp_path, ">/dev/full", PYTHONIOENCODING="utf-8")
    assert (code, errors) == (
        1,
        "warned \u2026\noverlap: cannot write to standard output: No space left on device\n",
    )
    assert _run(tmp_path, ">/dev/full", code=130)[0] == 130
    assert _run(tmp_path, "2>/dev/full")[0] == 0


@pytest.mark.parametrize(("shows", "code"), [(True, -signal.SIGPIPE), (False, 0)])
def test_a_reader_that_has_left_ends_what_shows_and_not_what_measures(tmp_path, shows, code):
    """As `cat` ends, which says nothing of it either; a run's own code is about the run."""
    reader, writer = os.pipe()
    os.close(reader)
    script = SCRIPT.format(code=0, shows=shows)
    done = subprocess.run(
        [sys.executable, "-c", script],
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    os.close(writer)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
    ],
)
def test_a_reader_without_unicode_reads_plain_letters(tmp_path, environment):
    """What has no likeness is a question mark."""
    unset = {"LANG": "", "LC_CTYPE": ""}
    assert _run(tmp_path, "", **unset, **environment) == (0, "p50 - 12 us >= ?\n", "warned ...\n")


def test_letters_are_taken_apart_before_they_are_given_up():
    """An umlaut is its letter; what cannot even be a file's name is a question mark."""
    assert "f\u00fcr \u2460 \udcff".encode("ascii", "overlap") == b"fur 1 ?"
    assert "\udcff".encode("utf-8", "overlap") == b"?"


def test_only_writing_is_helped():
    """Bytes that cannot be read stay a mistake."""
    wrong = UnicodeDecodeError("ascii", b"\xff", 0, 1, "ordinal not in range")
    with pytest.raises(UnicodeDecodeError):
        replaced(wrong)
