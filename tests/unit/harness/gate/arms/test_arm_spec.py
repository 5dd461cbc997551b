"""The words of --base and --candidate: what each means, and what is said to those that mean nothing."""

import pytest

from overlap.harness.gate.arms.spec import FORK, SideSpec, specs
from overlap.harness.host.secrets import masked
from overlap.harness.text.mistakes import Mistake


@pytest.fixture
def here(tmp_path):
    """A folder with a requirement file, another file and a folder in it."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "new.txt").write_text("openai==3\n")
    (tmp_path / "uv.lock").write_text("")
    (tmp_path / "other").mkdir()
    return tmp_path


def one(here, *words):
    """Return what the words of a candidate mean, beside a base with a word of its own."""
    return specs(["main"], words, here)[1]


@pytest.mark.parametrize("ref", ["main", "HEAD~1", "3f2a9c1", "v1.0", "refs/heads/other", "feature/x"])
def test_a_word_that_is_nothing_else_is_a_ref(here, ref):
    """Whether it exists is for git to say."""
    assert one(here, ref).ref == ref


def test_a_folder_is_the_tree_as_it_is(here):
    """Committed or not; named from where the command was given."""
    assert one(here, "other").path == here / "other"
    assert one(here, ".").path == here


def test_requirement_files_are_laid_over_in_their_order(here):
    """Several may be given, and a ref with them."""
    (here / "more.txt").write_text("")
    asked = one(here, "more.txt", "dev", "requirements/new.txt")
    assert asked.requirements == (here / "more.txt", here / "requirements" / "new.txt")
    assert asked.ref == "dev"


def test_settings_come_one_by_one_or_with_commas_between(here):
    """Both spellings mean the same; a value may hold a comma or an equals sign of its own."""
    apart = one(here, "client=httpx2", "loop=uvloop", "executor=64", "strategy=gather")
    joined = one(here, "client=httpx2,loop=uvloop,executor=64,strategy=gather")
    assert apart.settings == joined.settings
    assert joined.settings == {"client": "httpx2", "loop": "uvloop", "strategy": "gather", "executor": 64}
    assert one(here, "env.A=1,2,env.B=x==y").env == {"A": "1,2", "B": "x==y"}
    assert one(here, "env.EMPTY=").env == {"EMPTY": ""}


def test_without_words_a_tree_is_compared_with_where_it_came_from(here):
    """The plain `overlap gate`."""
    base, candidate = specs([], [], here)
    assert (base.ref, candidate.path) == (FORK, here)


def test_settings_alone_need_no_git(here):
    """Both arms are the tree as it is, in the environment that is there."""
    base, candidate = specs([], ["client=httpx2"], here)
    assert base == SideSpec()
    assert (candidate.ref, candidate.path, candidate.client) == (None, None, "httpx2")
    assert specs(["lock=old.txt"], ["requirements/new.txt"], here)[0].ref is None


@pytest.mark.parametrize(
    ("base", "candidate", "refs"),
    [
        (["main"], [], ("main", None)),
        ([], ["dev"], (FORK, "dev")),
        ([], [".", "loop=uvloop"], (FORK, None)),
        (["loop=uvloop"], ["dev"], (FORK, "dev")),
        (["main"], ["loop=uvloop"], ("main", None)),
    ],
)
def test_the_side_without_a_place_gets_the_usual_one(here, base, candidate, refs):
    """For a candidate the tree as it is, for a base the commit from which the candidate came."""
    first, second = specs(base, candidate, here)
    assert (first.ref, second.ref) == refs
    assert second.ref or second.path == here


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b"], "--candidate names two refs: a and b"),
        (["a", "."], "--candidate names both a ref and a folder"),
        ([".", "other"], "names two folders"),
        (["client=httpx", "client=httpx2"], "gives client two values: httpx and httpx2"),
        (["env.A=1,env.A=2"], "gives A two values: 1 and 2"),
        (["lop=uvloop"], "no setting 'lop'; there are: lock, client"),
        (["loop=uvloop,lop=1"], "no setting 'lop'"),
        (["loop=trio"], "no loop 'trio'; there are: asyncio, uvloop"),
        (["client=curl"], "no client 'curl'"),
        (["strategy=hope"], "no strategy 'hope'"),
        (["client="], "client= needs a value"),
        (["executor=many"], "executor must be a whole number between 1 and 1000000, not 'many'"),
        (["executor=0"], "between 1 and 1000000"),
        (["python=newest"], "python must be a version such as 3.13 or a path"),
        (["env.1A=2"], "'1A' is no name"),
        (["env.PYTHONPATH=."], "PYTHONPATH is set by the gate itself"),
        (["env.PYTHONHASHSEED=0"], "PYTHONHASHSEED is set by the gate itself"),
        (["requirements/old.txt"], "there is no requirement file 'requirements/old.txt'"),
        (["./nowhere"], "there is no folder './nowhere'"),
        (["uv.lock"], "a lock is lock=uv.lock"),
        (["--upload-pack=x"], "is no ref"),
        ([" "], "is no ref"),
    ],
)
def test_words_that_cannot_be_meant_are_refused_in_one_line(here, words, said):
    """The line names the side, the word and what there is."""
    with pytest.raises(Mistake, match="--candidate") as mistake:
        one(here, *words)
    assert said in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_the_same_word_twice_is_no_contradiction(here):
    """A script that adds a setting that is there already does no harm."""
    assert one(here, "main", "main", "loop=uvloop", "loop=uvloop").ref == "main"


def test_a_secret_is_used_and_never_told(here):
    """What a variable holds goes to the worker; where it looks like a key or holds a password, nowhere else."""
    asked = one(here, "loop=uvloop,env.MY_API_KEY=abcdef", "env.PROXY=http://me:abcdef@host/", "env.SHADE=blue")
    assert asked.env["MY_API_KEY"] == "abcdef"
    told = f"{asked.text} {asked.settings}"
    assert "abcdef" not in told
    assert asked.text == "loop=uvloop,env.MY_API_KEY=[secret] env.PROXY=[secret] env.SHADE=blue"
    with pytest.raises(Mistake) as mistake:
        one(here, "env.TOKEN=abcdef", "env.TOKEN=abcdeg")
    assert "abcde" not in str(mistake.value)


@pytest.mark.parametrize("value", ["sk-proj-0123456789abcdef", "turquoise", "postgres://bob:pw@db/x", "é,ü;'x'"])
def test_what_a_variable_holds_is_not_told_whatever_the_variable_is_called(here, value):
    """Nobody can tell a key by the name of its variable; what is too short for a key is told."""
    asked = one(here, f"env.OPENAI={value}", "env.MODE=fast")
    assert asked.env["OPENAI"] == value
    assert asked.settings == {"env.OPENAI": "[secret]", "env.MODE": "fast"}
    assert asked.text == "env.OPENAI=[secret] env.MODE=fast"
    assert value not in masked(f"it was {value}")


def test_the_folders_of_an_absolute_path_are_not_told(here):
    """They may name a person; a path from where we are is told as it is."""
    asked = one(here, str(here / "requirements" / "new.txt"), "lock=/home/me/old.txt,python=/opt/x/python3.13")
    assert asked.text == "…/new.txt lock=…/old.txt,python=…/python3.13"
    assert one(here, "requirements/new.txt", "feature/x").text == "requirements/new.txt feature/x"
