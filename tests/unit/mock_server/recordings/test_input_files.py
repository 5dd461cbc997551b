"""Files that the owner names: regular ones below a size, opened without waiting for anybody."""

import os

import pytest

from overlap.mock_server.config import Config, from_file
from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.recordings import input_files


@pytest.fixture
def odd(tmp_path):
    """Paths that are no file to read: a pipe without a writer, a device without an end, a folder, nothing."""
    os.mkfifo(tmp_path / "pipe")
    return [str(tmp_path / "pipe"), "/dev/zero", str(tmp_path), str(tmp_path / "absent"), "a\0b"]


def test_what_is_no_regular_file_is_refused_in_a_line_by_whoever_reads_one(odd):
    """Each option that takes a file; none of them waits."""
    for path in odd:
        for profile in (f"trace,path={path}", f"empirical,path={path}", f"recorded,file={path}"):
            with pytest.raises(BadSetting, match="cannot be read") as bad:
                Config(profile=profile)
            assert "\n" not in str(bad.value)
        with pytest.raises(BadSetting, match="cannot be read"):
            from_file(path)


def test_a_file_that_is_too_large_is_refused_and_one_that_just_fits_is_read(tmp_path):
    """The limit is of bytes."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1001)
    assert input_files.content(path, 1001) == b"x" * 1001
    with pytest.raises(OSError, match="more than"):
        input_files.content(path, 1000)
