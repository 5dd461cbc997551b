"""A run's folder: its name, `latest`, its state, and what is missing from it."""

import json

import pytest

from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.report.build import compose
from overlap.harness.stats.summary import summarise
from overlap.harness.store.ledger import Ledger, begun, fresh, point_latest
from overlap.harness.store.run_about import CutShort, MissingSlot
from overlap.harness.store.run_files import Writer, read
from overlap.harness.text.mistakes import Mistake

CELL = Cell("s", "c", "gather", "asyncio", 1, "instant")


def test_two_runs_of_one_second_have_two_folders(tmp_path):
    """No run writes into another's folder."""
    assert fresh(tmp_path, "a") != fresh(tmp_path, "a")


def test_a_folder_that_cannot_be_made_is_a_mistake(tmp_path):
    """The line names the place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="file"):
        fresh(tmp_path / "file", "a")


def test_latest_points_at_the_last_run(tmp_path):
    """The link is replaced, and is relative: a results folder can be moved."""
    for name in ("one", "two"):
        point_latest(fresh(tmp_path, name))
    assert (tmp_path / "latest").resolve().name.endswith("-two")
    assert not (tmp_path / "latest").readlink().is_absolute()


def test_latest_is_replaced_where_it_points_at_nothing(tmp_path):
    """The run that it pointed at was deleted."""
    (tmp_path / "latest").symlink_to("gone")
    folder = fresh(tmp_path, "a")
    assert point_latest(folder) is None
    assert (tmp_path / "latest").resolve() == folder


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_user_has_called_latest_is_left_alone_and_told(tmp_path, kind):
    """A file was once deleted for the link."""
    mine = tmp_path / "latest"
    if kind == "file":
        mine.write_text("mine")
    else:
        mine.mkdir()
    folder = fresh(tmp_path, "a")
    assert point_latest(folder) == f"{mine} is no link, so it is left as it is; the newest run is {folder}"
    assert mine.is_dir() if kind == "folder" else mine.read_text() == "mine"
    assert {each.name for each in tmp_path.iterdir()} == {"latest", folder.name}


def test_a_folder_is_taken_away_only_while_nothing_is_measured(tmp_path):
    """A mistake before the first slot leaves nothing; after it, everything."""
    for measured in (b"", b"a slot"):
        folder = fresh(tmp_path, "a")
        (folder / "slots.jsonl").write_bytes(measured)
        with pytest.raises(Mistake), begun(folder):
            raise Mistake("it cannot go on")
        assert folder.exists() == bool(measured)


def test_the_ledger_says_what_was_measured_and_what_is_missing(tmp_path):
    """One slot entered, one missing: run.json says both, and the run can be read back."""
    folder = fresh(tmp_path, "a")
    with Writer(folder) as writer:
        ledger = Ledger(RunConfig(results=tmp_path), folder, writer, {"s": "Why?"})
        ledger.plan([Planned(CELL, 1, 2, 4)], 2, pinned=True)
        assert json.loads((folder / "run.json").read_text())["state"] == "running"
        calls = [Call(CELL.id, 0, 0, sent=1, done=5)]
        ledger.enter(Slot(CELL.id, 0, 0, made=1, started=0, ended=6, cpu=1), calls, 1)
        ledger.missing(CELL, 1, "the worker died")
        ledger.state("failed", "because")
    run = read(folder)
    assert run.about.state == "failed"
    assert run.about.missing == (MissingSlot(cell=CELL.id, round=1, reason="the worker died"),)
    assert run.about.scenario("s").question == "Why?"
    assert (run.cells, len(run.slots), len(run.calls)) == ((CELL,), 1, 1)
    assert ledger.reasons == [f"{CELL.id}: the worker died"]
    assert ledger.entered == 1


def test_rounds_that_the_time_did_not_allow_are_on_file_and_in_the_report(tmp_path):
    """Neither missing nor a fault; a run that had time for all says nothing of it."""
    folder = fresh(tmp_path, "a")
    with Writer(folder) as writer:
        ledger = Ledger(RunConfig(results=tmp_path, max_time=60), folder, writer, {})
        ledger.plan([Planned(CELL, 1, 5, 4)], 5, pinned=True)
        ledger.cut_short(0, 0)
        ledger.state("finished")
        assert "cut_short" not in json.loads((folder / "run.json").read_text())
        ledger.cut_short(2, 2)
        ledger.state("finished")
    run = read(folder)
    assert run.about.cut_short == CutShort(rounds=2, slots=2)
    assert "2 fewer than asked, the time was up" in compose(summarise(run), draw=False).facts


def test_no_path_of_the_machine_gets_into_a_run(tmp_path):
    """A run may be handed on: where it was written is nobody's business."""
    folder = fresh(tmp_path, "a")
    with Writer(folder) as writer:
        Ledger(RunConfig(results=tmp_path), folder, writer, {}).state("running")
    assert str(tmp_path) not in (folder / "run.json").read_text()


def test_no_secret_of_the_server_s_command_gets_into_a_run(tmp_path):
    """The command is what was measured; its token is not."""
    folder = fresh(tmp_path, "a")
    with Writer(folder) as writer:
        server = "python -m overlap.mock_server --port 0 --token=s3cr3tTok3n --profile instant"
        Ledger(RunConfig(server=server), folder, writer, {}).state("running")
    told = json.loads((folder / "run.json").read_text())["config"]["server"]
    assert told == "python -m overlap.mock_server --port 0 --token=[secret] --profile instant"


def _ledger(tmp_path, errors):
    """Return a ledger with a slot for each cell of *errors*, whose calls ended so; the first call is a warm-up."""
    with Writer(fresh(tmp_path, "a")) as writer:
        ledger = Ledger(RunConfig(results=tmp_path), tmp_path, writer, {})
        for cell, kinds in errors.items():
            warm = Call(cell, 0, 0, 0, 1, warmup=True)
            calls = [warm, *(Call(cell, 0, n, 0, 1, error=kind) for n, kind in enumerate(kinds, 1))]
            ledger.enter(Slot(cell, 0, 0, len(kinds), 0, 1, 0), calls, len(calls))
    return ledger


@pytest.mark.parametrize(
    ("errors", "meant", "said"),
    [
        (
            {"a": ["LookupError"] * 3, "b": ["LookupError", "Timeout"]},
            (),
            ["every call failed: 5 of 5, LookupError in 4"],
        ),
        ({"a": ["LookupError"] * 3, "b": [None, "Timeout"]}, (), ["a: every call failed: 3 of 3, LookupError"]),
        ({"a": ["LookupError"] * 3, "b": [None]}, ("a",), []),
        ({"a": [None, None]}, (), []),
        ({}, (), []),
    ],
)
def test_a_cell_in_which_every_call_failed_is_a_fault_of_the_run(errors, meant, said, tmp_path):
    """A warm-up that went well is no call; what a scenario means to fail is none either."""
    found = _ledger(tmp_path, errors).all_failed(meant)
    assert [each.removesuffix(" of them") for each in found] == said


def test_of_a_search_only_the_whole_is_judged(tmp_path):
    """It tries rates that are too high on purpose."""
    assert _ledger(tmp_path, {"a": ["Timeout"], "b": [None]}).all_failed(by_cell=False) == []
    assert _ledger(tmp_path, {"a": ["Timeout"]}).all_failed(by_cell=False) != []
