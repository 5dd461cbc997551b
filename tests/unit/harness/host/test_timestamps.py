"""The time of day in files and in names of folders."""

import os
import re
import time
from datetime import datetime, timedelta

import pytest

from overlap.harness.host.timestamps import stem, timestamp


@pytest.fixture
def _in_kathmandu(monkeypatch):
    """A zone that is off by a part of an hour."""
    monkeypatch.setitem(os.environ, "TZ", "<+0545>-05:45")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_kathmandu")
def test_a_time_on_file_can_be_read_back_wherever_it_is_read():
    """It names its zone, and is the moment at which it was taken."""
    before = int(time.time())
    read = datetime.fromisoformat(timestamp())
    assert read.utcoffset() == timedelta(hours=5, minutes=45)
    assert before <= read.timestamp() <= time.time()


def test_the_time_in_a_folders_name_has_no_colon():
    """Else the folder could not be copied to every system."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d", stem())
