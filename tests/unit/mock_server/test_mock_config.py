"""The server's configuration: everything that cannot be used is refused in one line that names it."""

import dataclasses
import errno
import socket
from pathlib import Path

import pytest

from overlap.mock_server import command
from overlap.mock_server.config import LIVE, Config, from_file, options
from overlap.mock_server.options.settings import BadSetting, chosen
from overlap.mock_server.processes import server


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"profile": "nope"}, "instant"),
        ({"profile": "steady,x=1"}, "ttft"),
        ({"profile": "steady,ttft=-1"}, "ttft=-1"),
        ({"profile": "steady,ttft=3601"}, "ttft=3601"),
        ({"profile": "steady,ttft=nan"}, "ttft=nan"),
        ({"profile": "steady,ttft"}, "key=value"),
        ({"profile": "bursty,burst=1.5"}, "whole"),
        ({"profile": "empirical,path=/nowhere/at/all"}, "/nowhere/at/all"),
        ({"tokens": "0"}, "tokens=0"),
        ({"tokens": "nope"}, "uniform"),
        ({"tokens": "profile"}, "steady has no length"),
        ({"model": ("m speed=1",)}, "speed"),
        ({"model": ("m profile=nope",)}, "nope"),
        ({"fault": ("nope",)}, "cut"),
        ({"fault": ("cut,x=1",)}, "after"),
        ({"fault": ("cut,rate=2",)}, "rate=2"),
        ({"fault": ("status,code=418",)}, "429"),
        ({"port": 70_000}, "port"),
        ({"port": "x"}, "port"),
        ({"slots": -1}, "slots"),
        ({"stall": 1.5}, "stall"),
        ({"cores": "a"}, "cores=a"),
        ({"cores": "4096"}, "cores=4096"),
        ({"seed": True}, "seed"),
        ({"fault": (1,)}, "fault"),
        ({"token": " "}, "token"),
        ({"token": "two words"}, "token"),
        ({"token": "a\nb"}, "token"),
        ({"token": "schlüssel"}, "token"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_in_one_line(words, named):
    """Whoever mistyped reads what was wrong, and what there is."""
    with pytest.raises(BadSetting) as caught:
        Config(**{"profile": "steady", **words})
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_and_a_body_may_spell_values_their_own_way():
    """TOML and JSON have lists and bare numbers."""
    config = Config(tokens=20, prefill=0, fault=["cut"])
    assert (config.tokens, config.prefill, config.fault) == ("20", 0.0, ("cut",))


def test_a_file_is_read_and_an_unknown_key_refused(tmp_path: Path):
    """A mistyped key in a file is no silent default."""
    path = tmp_path / "server.toml"
    path.write_text('profile = "steady,ttft=0.1"\nslots = 4\n')
    assert from_file(str(path)) == {"profile": "steady,ttft=0.1", "slots": 4}
    path.write_text("slot = 4\n")
    with pytest.raises(BadSetting, match="slots"):
        from_file(str(path))


@pytest.mark.parametrize("text", ["slots = ", "\x00"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str):
    """The line says which file."""
    path = tmp_path / "server.toml"
    path.write_text(text)
    with pytest.raises(BadSetting, match=r"server\.toml"):
        from_file(str(path))


def test_what_can_be_changed_live_are_fields():
    """The list of live settings names nothing that is not there."""
    assert {option.name for option in dataclasses.fields(Config)} >= LIVE


def test_every_option_has_a_help_text():
    """`--help` explains each."""
    assert all(option.metadata["help"] for option in options())


@pytest.mark.parametrize(
    ("host", "exposed"),
    [("127.0.0.1", False), ("127.8.9.1", False), ("localhost", False), ("0.0.0.0", True), ("", True)],  # noqa: S104 - nobody is served
)
def test_off_loopback_a_token_is_drawn(host, exposed, capsys):
    """Others than this host can reach it: it depends on the address that was bound, whatever its name."""
    with server.open_socket(Config(host=host, port=0)) as listening:
        drawn = server.token(Config(host=host), listening)
    assert bool(drawn) is exposed
    assert capsys.readouterr().err == (f"control endpoints want the token {drawn}\n" if exposed else "")


def test_a_model_has_what_it_was_given_and_the_rest_from_the_server():
    """One server plays several."""
    config = Config(profile="steady", tokens="10", model=("slow profile=steady,ttft=2", "short tokens=3"))
    assert config.words("slow") == {"profile": "steady,ttft=2", "tokens": "10", "prefill": "0.0", "shape": ""}
    assert config.behaviour("short").length("a") == 3
    assert config.behaviour("other").length("a") == 10


def test_words_choose_an_entry_and_its_settings():
    """`name,key=value` is the whole syntax."""
    found = chosen("overlap.mock_server.profiles", " lognormal , ttft=0.5 ,sigma=0", "offsets", given=2)
    assert (found.name, found.settings) == ("lognormal", {"ttft": 0.5, "sigma": 0.0})


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (OSError(errno.EADDRINUSE, "error while attempting to bind"), "Address already in use"),
        (OSError("could not bind on any address"), "could not bind on any address"),
    ],
)
def test_why_an_address_cannot_be_listened_on_is_told_in_the_system_s_words(wrong, reason):
    """The number of a failed look-up is not one of the system's errors."""
    assert command.why(wrong) == reason
