"""The command line: its options are the fields of the configuration."""

import dataclasses
import os
import sys
from typing import Any

import click

from mock_server import registry, server
from mock_server.config import Config
from mock_server.settings import BadSetting


def options(command: click.Command) -> click.Command:
    """Add an option for each field of the configuration to *command*."""
    for option in dataclasses.fields(Config):
        words = [f"--{option.name.replace('_', '-')}"]
        about = option.metadata["help"]
        command.params.append(
            click.Option(words, type=type(option.default), default=option.default, help=about, show_default=True)
        )
    return command


def _profiles() -> str:
    folder = "mock_server.profiles"
    lines = (f"  {name}: {registry.help_text(folder, name)}" for name in registry.names(folder))
    return "\b\nProfiles:\n" + "\n".join(lines)


def refuse(reason: object) -> None:
    """Tell a mistake in one line and leave."""
    print(f"error: {reason}", file=sys.stderr)
    raise SystemExit(2)


@click.command(name="serve", epilog=_profiles())
def _command(**words: Any) -> None:
    """Answer like an OpenAI-compatible server, on a schedule that is known beforehand."""
    try:
        server.run(Config(**words))
    except BadSetting as bad:
        refuse(bad)
    except OSError as unavailable:
        reason = os.strerror(unavailable.errno) if unavailable.errno else unavailable
        refuse(f"{words['host']}:{words['port']}: {reason}")


command = options(_command)


def main() -> None:
    """Run the command; a mistake in its words is one line, as any other."""
    try:
        command.main(prog_name="python -m mock_server", standalone_mode=False)
    except click.NoSuchOption as unknown:
        names = ", ".join(option.opts[0] for option in command.params)
        refuse(f"no option {unknown.option_name}; there are: {names}")
    except click.ClickException as mistake:
        refuse(mistake.format_message())
    except click.Abort:
        raise SystemExit(130) from None
