"""The flags of `overlap load`, one for each field of its configuration."""

from collections.abc import Callable
from typing import Any

import click

from overlap.harness.load.config import LoadConfig
from overlap.harness.model.options import default_of, options_of


def flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* a flag for every field; lists are written with commas."""
    for option in reversed(options_of(LoadConfig)):
        default = default_of(option)
        about, flag = option.metadata["help"], f"--{option.name.replace('_', '-')}"
        if default is False:
            command = click.option(flag, option.name, is_flag=True, help=about)(command)
            continue
        shown = f" [default: {default}]" if default not in {None, ()} else ""
        command = click.option(flag, option.name, metavar="…", help=about + shown)(command)
    return command
