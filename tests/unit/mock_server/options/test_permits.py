"""What a client may choose: closed lists, numbers, what the owner has named; nothing else is imported or read."""

import dataclasses
import sys

import pytest

from overlap.mock_server.behaviour import rules
from overlap.mock_server.behaviour.behaviour import LENGTHS, PROFILES, behaviour
from overlap.mock_server.behaviour.rules import FOLDER as FAULTS
from overlap.mock_server.config import Config, from_file
from overlap.mock_server.options import registry, settings
from overlap.mock_server.options.permits import CLIENT, OWNER, named
from overlap.mock_server.options.settings import BadSetting


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A module in a package on the path that leaves a mark when it is imported; the package's name."""
    package = tmp_path / "planted_for_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "payload.py").write_text(
        f"open({str(tmp_path / 'RAN')!r}, 'w').close()\ndef offsets(rng, tokens, ttft=0.5):\n"
        "    return [ttft] * tokens\n"
    )
    (package / "leaves.py").write_text("import sys\nprint('usage', file=sys.stderr)\nraise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield package.name
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


@pytest.mark.parametrize("folder", [PROFILES, LENGTHS, FAULTS])
def test_a_client_has_no_module_imported(planted, folder, tmp_path):
    """The name is refused before anything of it runs, in every registry."""
    with pytest.raises(LookupError, match="there are: "):
        registry.load(folder, f"{planted}.payload", CLIENT)
    assert not (tmp_path / "RAN").exists()


def test_what_the_owner_named_a_client_may_choose_with_other_numbers(planted, tmp_path):
    """The module is imported once, when the server is configured."""
    config = Config(profile=f"{planted}.payload,ttft=1")
    assert (tmp_path / "RAN").exists()
    how = behaviour(f"{planted}.payload,ttft=2", "1", "0", 0, permits=config.permitted())
    assert list(how.schedule.due("a", 1)) == [2 * 10**9]


@pytest.mark.parametrize(
    "words",
    [
        {"allow": ("{0}.payload",)},
        {"fault": (), "model": ("m profile={0}.payload",)},
    ],
)
def test_the_owner_names_modules_in_any_option(planted, words):
    """In --allow without using it, or for one model."""
    told = {key: tuple(each.format(planted) for each in value) for key, value in words.items()}
    permits = Config(**told).permitted()
    assert permits.module(f"{planted}.payload")
    assert not permits.module(f"{planted}.other")


@pytest.mark.parametrize("word", [".", "..a", "a..b", "../../x", "no.such.module", "{0}.leaves", "a b.c"])
@pytest.mark.parametrize("option", ["profile", "tokens", "fault", "allow"])
def test_a_name_that_cannot_be_imported_is_one_line_even_for_the_owner(planted, option, word):
    """No traceback, and no exit that the module itself asks for."""
    value = word.format(planted)
    with pytest.raises(BadSetting) as bad:
        Config(**{option: (value,) if option in {"fault", "allow"} else value})
    assert "\n" not in str(bad.value)


def test_what_is_changed_while_the_server_runs_may_name_what_the_owner_named_and_no_more(planted, tmp_path):
    """The control endpoint changes a configuration on a client's behalf, however often."""
    trace = tmp_path / "trace.csv"
    trace.write_text("1,2,3\n")
    config = Config(profile=f"trace,path={trace}")
    first = dataclasses.replace(config, profile="instant", permits=config.permitted())
    again = dataclasses.replace(first, profile=f"trace,path={trace},ttft=1", permits=first.permitted())
    assert again.behaviour().schedule.due("a", 1)
    for refused in (f"trace,path={tmp_path}/other", f"{planted}.payload", f"empirical,path={trace}"):
        with pytest.raises(BadSetting):
            dataclasses.replace(again, profile=refused, permits=again.permitted())


def test_words_that_an_entry_lists_are_anybodys(tmp_path):
    """The order of a recording is chosen from a list; its file is not."""
    assert settings.chosen(PROFILES, "recorded,order=drawn", "offsets", given=2).settings == {"order": "drawn"}
    for refused in ("recorded,order=/etc/passwd", f"recorded,file={tmp_path}", "trace,path=x"):
        with pytest.raises(BadSetting):
            settings.chosen(PROFILES, refused, "offsets", given=2)


def test_a_file_is_named_for_one_entry_and_one_setting_only():
    """What may be read as a trace may not be asked for as something else."""
    permits = named(["trace,path=a.csv"])
    assert permits.text("trace", "path", "a.csv")
    assert not permits.text("empirical", "path", "a.csv")
    assert not permits.text("trace", "path", "b.csv")
    assert OWNER.text("anything", "at", "all")


@pytest.mark.parametrize("tokens", ["²", "९", "9" * 5000, "0" * 5000 + "5", "-1", "1e3", ""])
def test_a_number_of_tokens_is_a_short_whole_number(tokens):
    """Digits that Python takes for digits and cannot read are refused like any other word, and shown shortly."""
    with pytest.raises(BadSetting) as bad:
        behaviour("instant", tokens, "0", 0)
    assert len(str(bad.value)) < 1000


def test_a_model_without_a_name_is_refused():
    """Blanks are no name."""
    for words in ("", "  "):
        with pytest.raises(BadSetting, match="model's name"):
            Config(model=(words,))


@pytest.mark.parametrize("raised", [SystemExit(1), RecursionError(), MemoryError("no\nmore"), KeyError("x")])
def test_whatever_an_entry_raises_is_one_line(raised):
    """When it is tried, not when a request needs it."""

    def call():
        raise raised

    with pytest.raises(BadSetting) as bad:
        settings.tried("own.profile", call)
    assert type(raised).__name__ in str(bad.value)
    assert "\n" not in str(bad.value)


@pytest.mark.parametrize("small", ["1e-160", "1e-200", "5e-324"])
def test_a_gamma_that_hardly_varies_comes_to_an_end(small):
    """Drawing with such a shape would never end, and the server would answer nobody any more."""
    how = behaviour(f"gamma,ttft=0.1,cv={small},itl=0.01,itl_cv={small}", "2", "0", 0)
    assert list(how.schedule.due("a", 2)) == [100_000_000, 110_000_000]


def test_a_length_with_an_endless_tail_is_the_longest_answer():
    """A draw that is too large for a number does not fail one request in a hundred."""
    how = behaviour("instant", "lognormal,median=3600,sigma=3600", "0", 0)
    drawn = {how.length(str(key)) for key in range(200)}
    assert (min(drawn), max(drawn)) == (1, 100_000)


def test_a_refused_word_is_not_repeated_at_length():
    """A message is read by people."""
    with pytest.raises(BadSetting) as bad:
        rules.rule("x" * 100_000)
    assert len(str(bad.value)) <= 600


def test_a_file_of_settings_does_not_set_what_is_no_option(tmp_path):
    """What says on whose behalf a configuration is read is not read from it."""
    path = tmp_path / "words.toml"
    path.write_text("permits = 1\n")
    with pytest.raises(BadSetting, match="no 'permits'"):
        from_file(str(path))


def test_what_a_module_prints_while_it_ends_its_process_is_not_shown(planted, capfd):
    """A mistake is one line: some print their usage first."""
    with pytest.raises(LookupError, match="cannot be imported: SystemExit"):
        registry.load("overlap.mock_server.profiles", f"{planted}.leaves", OWNER)
    assert capfd.readouterr() == ("", "")
