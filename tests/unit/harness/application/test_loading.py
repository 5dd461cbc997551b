"""Importing somebody's code: freshly each time, and one line for whatever is wrong with it."""

import sys

import pytest

from overlap.harness.application.blame import ApplicationError
from overlap.harness.application.loading import imported
from overlap.harness.application.spec import parse


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files into a folder of their own, from which they are imported; the search path is as before after."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)

    def wrote(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    yield wrote
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_each_import_gives_an_application_of_its_own(write):
    """Its helpers are imported anew as well: nothing of a slot is in the next one."""
    write("own_helper.py", "made = []")
    place = write("own_app.py", "import own_helper\nown_helper.made.append(1)\nseen = own_helper.made")
    first, second = (imported(parse(f"{place}:seen")) for _ in range(2))
    assert first == second == [1]
    assert first is not second


def test_a_file_in_a_package_may_import_its_neighbours(write):
    """As `python -m package.app` would find them."""
    write("own_package/__init__.py", "")
    write("own_package/near.py", "value = 7")
    place = write("own_package/app.py", "from .near import value\nfrom own_package import near")
    assert imported(parse(f"{place}:value")) == 7
    assert imported(parse(f"{place}:near.value")) == 7


def test_a_file_may_be_called_like_a_module_of_python(write):
    """The file that was named is the one that is meant, and the other one stays what it was."""
    place = write("json.py", "value = 'mine'")
    before = sys.modules["json"]
    assert imported(parse(f"{place}:value")) == "mine"
    assert sys.modules["json"] is before


def test_a_module_is_found_by_its_name(write, tmp_path):
    """As a program would import it."""
    write("own_named/__init__.py", "")
    write("own_named/deep.py", "class Rag:\n    chain = 5")
    sys.path.insert(0, str(tmp_path))
    assert imported(parse("own_named.deep:Rag.chain")) == 5


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("x = 1\ndef f(:\n", "x", r"^own_bad\.py, line 2: "),
        ("import nothing_like_it", "x", r"own_bad\.py, line 1: needs the package 'nothing_like_it', which is not"),
        ("import os\nos.environ['WEATHER_KEY']", "x", r"line 2: KeyError: 'WEATHER_KEY'; .* --env WEATHER_KEY$"),
        ("raise ValueError('set MY_API_TOKEN first')", "x", r"line 1: ValueError: .* --env MY_API_TOKEN$"),
        ("import sys\nsys.exit(3)", "x", r"line 2: ends the process while it is imported \(exit code 3\)"),
        ("def answer(question): ...\n_private = 1", "chain", r"has no 'chain'; there is: answer$"),
        ("1 / 0", "x", r"own_bad\.py, line 1: ZeroDivisionError: division by zero$"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(write, text, target, said):
    """What, where, and what to do where that is known."""
    place = write("own_bad.py", text)
    with pytest.raises(ApplicationError, match=said) as cannot:
        imported(parse(f"{place}:{target}"))
    assert "\n" not in str(cannot.value)


def test_a_module_that_is_not_there_is_named():
    """Without a search for anything like it."""
    with pytest.raises(ApplicationError, match="no module 'not_here_at_all'"):
        imported(parse("not_here_at_all.app:chain"))
