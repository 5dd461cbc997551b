"""Two arms built for real: commits of a small repository, environments of a small lock, and nothing left over."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from types import SimpleNamespace

import pytest

from overlap.harness.application.project_python import OURS, interpreter_for
from overlap.harness.gate.arms import installer
from overlap.harness.gate.arms.benchmarks import pytest_command
from overlap.harness.gate.arms.build import built
from overlap.harness.gate.arms.flock import free
from overlap.harness.gate.arms.spec import specs
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.other_python import ask
from overlap.harness.host.our_package import FOLDER
from overlap.harness.model.record import Cell
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.order import Order

BENCHMARK = """
import thing

def test_it(benchmark):
    assert benchmark.pedantic(lambda: thing.VALUE, rounds=3) == {value!r}
"""
KILLED = """
import sys, time
from overlap.harness.host import interrupt
from overlap.harness.gate.arms.build import built
from overlap.harness.gate.arms.spec import specs
with interrupt.catching(), built(*specs([], [])) as (base, candidate):
    print(base.root, flush=True)
    time.sleep(60)
"""


def git(folder, *words):
    """Run git there as somebody, on nobody's configuration."""
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    as_one = ("-c", "user.name=one", "-c", "user.email=one@example.invalid", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *as_one, *words], cwd=folder, env=os.environ | who, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def itself():
    """What this Python says of itself: it says the same to every test, and takes a fifth of a second."""
    return ask(sys.executable)


@pytest.fixture
def repository(tmp_path, monkeypatch, itself):
    """A repository of two commits, where we are; `thing.VALUE` says which."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("__pycache__/\n")
    for value in ("old", "new"):
        (folder / "thing.py").write_text(f"VALUE = {value!r}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", value)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("overlap.harness.gate.arms.envs.ask", lambda _: itself)
    return folder


def worktrees(folder):
    """Return how many worktrees git knows, the repository's own among them."""
    return len(git(folder, "worktree", "list").splitlines())


def value(arm):
    """Return what the arm's own code says, seen as its worker sees it; and where its harness is from."""
    code = (
        "import thing, overlap.harness as ours, pathlib; "
        "print(thing.VALUE, pathlib.Path(ours.__file__).resolve().parent)"
    )
    done = subprocess.run(
        [arm.python, "-P", "-c", code], env=scrubbed(**arm.env), cwd=arm.root, capture_output=True, check=True
    )
    return done.stdout.decode().split()


def test_each_arm_runs_its_own_code_under_one_harness(repository):
    """The commit before and the tree as it is, an `overlap` of their own notwithstanding; nothing stays."""
    (repository / "overlap").mkdir()
    (repository / "overlap" / "__init__.py").write_text("raise RuntimeError('not this one')\n")
    (repository / "thing.py").write_text("VALUE = 'dirty'\n")
    before = git(repository, "status", "--porcelain")
    with built(*specs(["HEAD~1"], [])) as (base, candidate):
        ours = str((FOLDER / "harness").resolve())
        assert (value(base), value(candidate)) == (["old", ours], ["dirty", ours])
        assert base.arm.facts["commit"] == git(repository, "rev-parse", "HEAD~1")
        assert (candidate.arm.facts["dirty"], candidate.arm.facts["changed"]) == (True, 2)
        assert base.python == candidate.python == Path(sys.executable)
        made = (base.root, base.shim)
        assert worktrees(repository) == 2
    assert not [folder for folder in made if folder.exists()]
    assert (worktrees(repository), git(repository, "status", "--porcelain")) == (1, before)


@pytest.mark.parametrize(
    ("change", "branch", "expected"),
    [(False, None, "HEAD~1"), (True, None, "HEAD"), (False, "work", "main"), (True, "work", "main")],
)
def test_a_base_that_nobody_named_is_where_the_candidate_came_from(repository, change, branch, expected):
    """On a branch where it left the main line; there, the commit before, or the one that was changed."""
    if branch:
        git(repository, "checkout", "-q", "-b", branch)
        git(repository, "commit", "-q", "--allow-empty", "-m", "work")
    if change:
        (repository / "new.py").write_text("")
    with built(*specs([], [])) as (base, candidate):
        assert base.arm.facts["commit"] == git(repository, "rev-parse", expected)
        assert candidate.root == repository
        assert base.arm.label == base.arm.facts["commit"][:10]


def test_a_base_against_itself_is_the_same_commit_twice(repository):
    """In two folders, since a folder may be luck too."""
    base, _ = specs([], [])
    with built(base, base) as (first, second):
        assert first.arm.facts == second.arm.facts
        assert first.root != second.root
        assert worktrees(repository) == 3


def test_a_control_needs_no_second_commit(repository, monkeypatch):
    """The first commit of a repository can be compared with itself; a comparison with the one before cannot be."""
    first = repository.parent / "first"
    first.mkdir()
    git(first, "init", "-q")
    (first / "thing.py").write_text("VALUE = 'only'\n")
    git(first, "add", ".")
    git(first, "commit", "-q", "-m", "only")
    monkeypatch.chdir(first)
    base, _ = specs([], [])
    with built(base, base) as arms:
        assert [value(arm)[0] for arm in arms] == ["only", "only"]
    with pytest.raises(Mistake, match="it has no commit before it"), built(*specs([], [])):
        pass


def test_what_is_not_read_reaches_the_comparison(repository):
    """A change of a lock that only another tool reads is a note of both arms; so is a pin that is not met."""
    for version in ("2.50.0", "2.54.0"):
        lock = {"default": {"openai": {"version": f"=={version}"}}}
        (repository / "Pipfile.lock").write_text(json.dumps(lock))
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", version)
    with built(*specs(["HEAD~1"], ["."])) as (_, candidate):
        changed, pinned = candidate.notes
    assert changed.startswith("Pipfile.lock differs between base and candidate and is not read")
    assert "openai" in pinned
    assert "locked 2.54.0" in pinned


def test_the_folder_in_which_we_are_is_the_arms_folder(repository, monkeypatch):
    """A project below the top of its repository is compared with itself; one that was not there yet says so."""
    (repository / "below").mkdir()
    (repository / "below" / "thing.py").write_text("VALUE = 'below'\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "below")
    monkeypatch.chdir(repository / "below")
    with built(*specs(["HEAD"], [])) as (base, _):
        assert value(base)[0] == "below"
    with pytest.raises(Mistake, match=r"base: commit .* has no folder below"), built(*specs(["HEAD~1"], [])):
        pass
    assert worktrees(repository) == 1


def test_settings_alone_reach_the_worker_and_need_no_git(tmp_path, monkeypatch):
    """Outside of a repository, and with nothing on the PATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with built(*specs([], ["env.SHADE=blue,client=httpx2"])) as (base, candidate):
        assert "SHADE" not in base.env
        assert candidate.env["SHADE"] == "blue"
        assert candidate.arm.facts["settings"] == {"client": "httpx2", "env.SHADE": "blue"}
        assert base.root == candidate.root == tmp_path
        with candidate.launch(7) as launch:
            assert Path(f"/proc/{launch.pid}").exists() is Path("/proc").exists()


@pytest.mark.parametrize(
    ("base", "where", "path", "said"),
    [
        ("nowhere", "repository", None, "base: there is no commit 'nowhere' in this repository"),
        ("HEAD~1", "shallow", None, "base: there is no commit 'HEAD~1' in this repository; the clone is shallow"),
        (None, "shallow", None, "the clone is shallow: fetch all of it (actions/checkout: fetch-depth: 0)"),
        ("main", ".", None, "base: a ref was asked for, and "),
        (None, ".", None, "base: no base was named, so it would be the commit from which this tree came, and "),
        (None, "repository", "none", "and there is no git on the PATH; name another, such as a folder: --base "),
        ("main", "repository", "none", "a ref was asked for, and there is no git on the PATH"),
    ],
)
def test_a_ref_that_cannot_be_had_is_said_in_one_line(repository, monkeypatch, base, where, path, said):
    """With what to do about it where that is known; nothing is left in the repository."""
    git(repository, "clone", "-q", "--depth", "1", repository.as_uri(), "../shallow")
    monkeypatch.chdir(repository.parent / where)
    if path:
        monkeypatch.setenv("PATH", path)
    with pytest.raises(Mistake) as mistake, built(*specs([base] if base else [], [])):
        pass
    assert said in str(mistake.value)
    assert "\n" not in str(mistake.value)
    monkeypatch.undo()
    assert worktrees(repository) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_gate_that_is_ended_leaves_no_worktree(repository, tmp_path, number):
    """Asked to end it tidies up; killed, it leaves that to the next."""
    env = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as gate:
        root = Path(gate.stdout.readline().decode().strip())
        assert root.is_dir()
        gate.send_signal(number)
        gate.wait(30)
    if number == signal.SIGKILL:
        assert root.is_dir()
        with built(*specs([], [])):
            assert worktrees(repository) == 2
    assert not root.exists()
    assert worktrees(repository) == 1


@pytest.mark.slow
def test_a_requirement_file_makes_an_environment_that_is_kept(tmp_path, monkeypatch, wheels):
    """Laid over the lock; made once; what differs is told; and a half-made one is no environment."""
    # Not to pip, which would look for conflicts among all that is installed here.
    path = f"import sys; 'install' in sys.orig_argv or sys.path.append({sysconfig.get_path('purelib')!r})\n"
    lent = wheels("lent", "1.0", **{"lent.pth": path})
    old, new = (wheels("thing", number, **{"thing.py": f"VALUE = {number!r}\n"}) for number in ("1.0", "2.0"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text(f"./{lent.name}\n./{old.name}\n")
    (tmp_path / "new.txt").write_text(f"./{new.name}\n")
    said = []
    with built(*specs([], ["new.txt"]), keep=tmp_path / "kept", say=said.append) as (base, candidate):
        facts = [arm.arm.facts for arm in (base, candidate)]
        assert [each["packages"]["thing"] for each in facts] == ["1.0", "2.0"]
        assert "lent" not in facts[0]["packages"]
        assert facts[0]["lock_digest"] == facts[1]["lock_digest"]
        assert [each.get("requirements") for each in facts] == [None, ["new.txt"]]
    assert len(said) == 2
    (base.python.parent.parent / ".complete").unlink()
    with built(*specs([], ["new.txt"]), keep=tmp_path / "kept", say=said.append) as (base, candidate):
        assert (value(base)[0], value(candidate)[0]) == ("1.0", "2.0")
        assert said[2:] == ["making an environment from requirements.txt …"]


def test_a_pip_of_another_make_starts_itself_for_the_other_python(monkeypatch, tmp_path):
    """What starts ours directly is no promise of pip's: without it, pip is asked as its manual says."""
    monkeypatch.setattr(installer, "find_spec", lambda _: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    assert installer.pip_for("other") == [sys.executable, "-m", "pip", "--python", "other"]
    (tmp_path / "__pip-runner__.py").touch()
    assert installer.pip_for("other") == ["other", str(tmp_path / "__pip-runner__.py")]


LOCKED = """
def ask(question):
    return question
"""


@pytest.fixture
def application(tmp_path, monkeypatch):
    """Return a repository with an application, whose lock has been changed, and an order to look at it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "app.py").write_text(LOCKED)
    for number in ("one", "two"):
        # Locks without a package: environments are made of them without an index.
        (folder / "requirements.txt").write_text(f"# {number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", number)
    monkeypatch.chdir(folder)
    cell = Cell("app.py:ask", "own", "invoke", "asyncio", 1, "steady", "")
    order = Order(cell, 0, 1, 1, "http://127.0.0.1:9", 7, 2, 5.0, 0, subject="app.py:ask")
    return folder, order


@pytest.mark.slow
def test_workers_are_laid_over_the_locked_environments_of_an_application(application, tmp_path):
    """Overlap is in neither lock, and need not be."""
    _, order = application
    arms = specs(["HEAD~1"], [])
    with built(*arms, keep=tmp_path / "kept", theirs=OURS) as pair:
        for arm in pair:
            assert "orjson" not in arm.packages
            assert arm.arm.facts["lock"] == "requirements.txt"
            with arm.launch(7) as launch:
                assert launch.methods(order, 20.0) == ["invoke"]
    with pytest.raises(Mistake, match="its lock must hold overlap-bench"), built(*arms, keep=tmp_path / "kept"):
        pass


def test_equal_locks_leave_the_application_in_its_projects_environment(application, tmp_path):
    """Not in Overlap's own; what the lock says otherwise is a doubt."""
    folder, order = application
    git(folder, "commit", "-q", "--allow-empty", "-m", "three")
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    theirs = interpreter_for(folder / "app.py", str(tmp_path / "env"))
    with built(*specs(["HEAD~1"], []), theirs=theirs) as pair:
        for arm in pair:
            assert arm.arm.facts["environment"] == "env (--python)"
            assert arm.packages == {}
            with arm.launch(7) as launch:
                assert launch.methods(order, 20.0) == ["invoke"]


def test_a_lock_that_overlaps_own_packages_do_not_meet_is_installed(application, monkeypatch):
    """Where no environment of the project is found; a lock that nothing here reads is refused by its name."""
    folder, _ = application
    git(folder, "commit", "-q", "--allow-empty", "-m", "three")
    with built(*specs(["HEAD~1"], []), theirs=OURS) as (_, candidate):
        assert candidate.arm.facts["environment"] == "this one"
    asked = []

    def environment(recipe, *_):
        asked.append(recipe.lock.name)
        raise Mistake("asked for")

    monkeypatch.setattr("overlap.harness.gate.arms.envs.environment", environment)
    (folder / "requirements.txt").write_text("orjson==0.0.1\n")
    git(folder, "commit", "-qam", "four")
    git(folder, "commit", "-q", "--allow-empty", "-m", "five")
    arms = specs(["HEAD~1"], [])
    with pytest.raises(Mistake, match=r"^both sides: asked for"), built(*arms, theirs=OURS):
        pass
    assert asked == ["requirements.txt"]
    git(folder, "rm", "-q", "requirements.txt")
    (folder / "Pipfile.lock").write_text("{}")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "six")
    git(folder, "commit", "-q", "--allow-empty", "-m", "seven")
    with (
        pytest.raises(Mistake, match=r"^Pipfile\.lock is not read here"),
        built(*specs(["HEAD~1"], []), theirs=OURS),
    ):
        pass


@pytest.mark.slow
def test_what_cannot_be_installed_or_cannot_measure_is_said(tmp_path, monkeypatch, wheels):
    """Which arm, and why, in one line; no half of an environment stays, and nobody waits for it."""
    monkeypatch.chdir(tmp_path)
    bare = wheels("bare", "1.0", **{"bare.py": ""})
    (tmp_path / "bare.txt").write_text(f"./{bare.name}\n")
    (tmp_path / "gone.txt").write_text("./gone-1.0-py3-none-any.whl\n")
    for base, candidate, line in [
        ("bare.txt", "bare.txt", "base: the package 'orjson' is missing from its environment"),
        ("bare.txt", "gone.txt", "candidate: "),
        ("nowhere.txt", "bare.txt", "base: there is no lock nowhere.txt"),
    ]:
        arms = specs([f"lock={base}"], [f"lock={candidate}"])
        with pytest.raises(Mistake) as mistake, built(*arms, keep=tmp_path / "kept"):
            pass
        assert str(mistake.value).startswith(line)
        assert "\n" not in str(mistake.value)
    assert len(list((tmp_path / "kept").glob("*/"))) == 1
    assert all(free(each) for each in (tmp_path / "kept").glob("*.lock"))


@pytest.mark.slow
def test_rows_have_one_name_in_both_arms_where_pytest_is_not_configured(repository):
    """The base's rows would else be named from the folder above its worktree and the tests."""
    tests = repository / "benchmarks"
    tests.mkdir()
    (tests / "test_thing.py").write_text("def test_it(benchmark):\n    benchmark.pedantic(int, rounds=3)\n")
    names = []
    with built(*specs(["HEAD~1"], ["."])) as arms:
        for number, arm in enumerate(arms):
            out = repository.parent / f"{number}.json"
            words, env, folder = pytest_command(arm, tests, out)
            # Plugins that come with other packages are nothing to this, and import for a second.
            words += [word for name in ("locust", "langsmith_plugin", "anyio") for word in ("-p", f"no:{name}")]
            done = subprocess.run(words, env=scrubbed(**env), cwd=folder, capture_output=True, check=False)
            assert done.returncode == 0, done.stdout.decode()
            names.append([row["fullname"] for row in json.loads(out.read_text())["benchmarks"]])
    assert names == [["benchmarks/test_thing.py::test_it"]] * 2


@pytest.mark.slow
def test_pytest_benchmarks_run_on_the_arms_code(repository):
    """The candidate's tests, in either arm, whatever the project's own options say."""
    # Plugins that come with other packages are nothing to this, and import for a second.
    others = "-p no:locust -p no:langsmith_plugin -p no:hypothesispytest -p no:anyio"
    options = f'addopts = "--benchmark-disable {others}"\npythonpath = ["."]\n'
    (repository / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{options}")
    tests = repository / "tests"
    tests.mkdir()
    (tests / "__init__.py").write_text("")
    with built(*specs(["HEAD~1"], ["."])) as arms:
        for arm, expected in zip(arms, ("old", "new"), strict=True):
            (tests / "test_thing.py").write_text(BENCHMARK.format(value=expected))
            out = repository.parent / f"{expected}.json"
            words, env, folder = pytest_command(arm, tests, out)
            done = subprocess.run(words, env=scrubbed(**env), cwd=folder, capture_output=True, check=False)
            assert done.returncode == 0, done.stdout.decode()
            assert [row["name"] for row in json.loads(out.read_text())["benchmarks"]] == ["test_it"]
