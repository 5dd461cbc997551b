"""The sizes that the mock's README promises are those that the code keeps."""

from pathlib import Path

import pytest

from overlap.mock_server import config, overrides
from overlap.mock_server.behaviour.behaviour import LONGEST
from overlap.mock_server.exchange import journal, schedule_plan, slow_answers
from overlap.mock_server.faults import drip
from overlap.mock_server.http import connection
from overlap.mock_server.recordings import input_files
from overlap.mock_server.wire.common import errors, lazy, tokenise
from overlap.mock_server.wire.endpoints import embeddings

README = (Path(config.__file__).parent / "README.md").read_text(encoding="utf-8")
KB, MB, SECOND = 1024, 1024 * 1024, 10**9


@pytest.mark.parametrize(
    "words",
    [
        f"| {connection.LONGEST_HEAD // KB} kB; {2 * connection.LONGEST_HEAD // KB} kB and",
        f"and {connection.FRAMING} bytes for each chunk",
        f"| body | {connection.LONGEST_BODY // MB} MB |",
        f"| {connection.REQUEST // SECOND} s, {connection.READER // SECOND} s |",
        f"| {overrides.LONGEST:,} characters each |",
        f"| {config.MOST_WORDS:,} each |",
        f"| {errors.LONGEST:,} characters |",
        f"| {tokenise.MOST:,} | the finish reason",
        f"under `drip` | {drip._MOST:,} |",
        f"{journal.NUMBERS // 10**6} million times",
        f"regular ones of {input_files.LARGEST // MB} MB",
        f"more than {schedule_plan.LONG:,} tokens",
        f"than {lazy.LONG:,} events",
        f"than {embeddings._HELD:,} numbers",
        f"{schedule_plan.TOGETHER} events to a write",
    ],
)
def test_a_size_in_the_readme_is_the_codes(words):
    """Whoever changes one is reminded of the other."""
    assert words in " ".join(README.split())


def test_what_is_said_in_words_is_so_too():
    """An answer is as long as all its choices may be, and eight are held whole."""
    assert LONGEST == tokenise.MOST
    assert slow_answers.HELD == 8
    assert config.MOST_WORDS == overrides.LONGEST
