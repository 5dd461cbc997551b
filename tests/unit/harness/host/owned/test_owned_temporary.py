"""Temporary folders that have an owner, and what is removed of those whose owner has ended."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from overlap.harness.host.owned.sweeping import sweep, told
from overlap.harness.host.owned.temporary import OWNER, abandoned, claimed, temporary


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for temporary ones, which processes that are started here use as well."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def folder(place: Path, name: str, owner: str | None = "{}") -> Path:
    """Make a folder as `temporary` would; without a text of its *owner*, the owner's file is missing."""
    made = place / name
    made.mkdir(mode=0o700)
    if owner is not None:
        (made / OWNER).write_text(owner)
    return made


def test_a_folder_is_removed_in_the_end_with_all_that_is_in_it(place):
    """Also where the block fails; a link in it leads to something that stays."""
    kept = place / "kept"
    kept.mkdir()

    def fails():
        with temporary("shim") as made:
            (made / "deep" / "deeper").mkdir(parents=True)
            (made / "link").symlink_to(kept)
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert list(place.iterdir()) == [kept]


def test_only_what_is_ours_and_nobodys_any_more_is_removed(place):
    """Not what is held; not what has no owner's file but something in it; not what is named otherwise."""
    left, damaged = folder(place, "overlap-shim-abcd_123"), folder(place, "overlap-shim-damaged1", "{")
    (left / "file").write_text("")
    hollow = folder(place, "overlap-rows-00000000", None)
    foreign = folder(place, "overlap-shim-xxxxxxxx", None)
    (foreign / "file").write_text("")
    others = [folder(place, name) for name in ("overlap-shim", "overlap-shim-short", "my-overlap-shim-abcd_123")]
    open_to_all = folder(place, "overlap-mine-00000000", None)
    open_to_all.chmod(0o755)  # as `mkdir` makes it, and `tempfile` does not
    (place / "overlap-link-00000000").symlink_to(foreign)
    with temporary("shim") as held:
        assert sweep() == "removed what runs that were killed had left behind: 3 temporary folders"
        assert sweep() is None
        stay = {held, foreign, *others, open_to_all, place / "overlap-link-00000000"}
        assert set(place.iterdir()) == stay
    assert not any(each.exists() for each in (left, damaged, hollow))


def test_the_sentence_has_one_and_many():
    """None where there is nothing to tell."""
    assert told(0, 0) is None
    assert told(1, 0) == "removed what runs that were killed had left behind: 1 temporary folder"
    assert told(2, 1).endswith(": 2 temporary folders and 1 git worktree")


def test_who_is_killed_lets_go_of_its_folder(place):
    """The kernel sees to it, so that no time has to pass before it can be told."""
    code = (
        "import time\nfrom overlap.harness.host.owned.temporary import temporary\n"
        "with temporary('shim') as made: print(made, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        made = Path(owner.stdout.readline().strip())
        assert sweep() is None
        assert made.is_relative_to(place)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    assert sweep()
    assert not made.exists()


def test_a_folder_that_is_removed_before_it_is_locked_is_made_anew(place, monkeypatch):
    """A sweep of another run may come between the two."""
    made, really = [], tempfile.mkdtemp

    def swept(**words):
        made.append(really(**words))
        if len(made) == 1:
            Path(made[0]).rmdir()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept)
    with temporary("shim") as held:
        assert [str(held)] == made[1:]
        assert set(place.iterdir()) == {held}


def test_what_is_abandoned_is_kept_from_others_while_it_is_looked_at(tmp_path):
    """Two sweeps at once do not both take it for theirs; what is in its file is told, if it is anything."""
    lock = claimed(tmp_path, {"repository": "/there"})
    with abandoned(tmp_path) as about:
        assert about is None
    os.close(lock)
    with abandoned(tmp_path) as about, abandoned(tmp_path) as again:
        assert about == {"repository": "/there"}
        assert again is None
