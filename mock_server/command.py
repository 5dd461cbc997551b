"""The command line: its options are the fields of the configuration."""

import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from overlap.mock_server.behaviour.behaviour import LENGTHS, PROFILES
from overlap.mock_server.behaviour.rules import FOLDER as FAULTS
from overlap.mock_server.config import Config, from_file
from overlap.mock_server.config import options as fields_of_config
from overlap.mock_server.options import registry
from overlap.mock_server.options.settings import BadSetting


def options(command: click.Command) -> click.Command:
    """Add an option for each field of the configuration to *command*."""
    for option in fields_of_config():
        words = [f"--{option.name.replace('_', '-')}"]
        about = option.metadata["help"]
        many = isinstance(option.default, tuple)
        flag = isinstance(option.default, bool)
        kind = str if many else type(option.default)
        command.params.append(
            click.Option(
                words,
                type=kind,
                default=option.default,
                multiple=many,
                is_flag=flag,
                help=about,
                show_default=not flag and not many,
            )
        )
    return command


class _Command(click.Command):
    """A command whose help ends in what there is to choose; only help reads all those files."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what there is below the options."""
        self.epilog = _entries()
        super().format_epilog(ctx, formatter)


def _entries() -> str:
    """Return what there is in each registry, with the first line of each entry."""
    parts = []
    for title, folder in (("Profiles", PROFILES), ("Lengths", LENGTHS), ("Faults", FAULTS)):
        lines = (f"  {name}: {registry.help_text(folder, name)}" for name in registry.names(folder))
        parts.append(f"\b\n{title}:\n" + "\n".join(lines))
    return "\n\n".join(parts)


def refuse(reason: object) -> NoReturn:
    """Tell a mistake in one line and leave."""
    print(f"error: {reason}", file=sys.stderr)
    raise SystemExit(2)


@click.command(cls=_Command, name="serve")
@click.option("--config", "path", default="", help="TOML file with any of these options; words here win over it")
@click.pass_context
def _command(context: click.Context, /, path: str, **words: Any) -> None:
    """Answer like an OpenAI-compatible server, on a schedule that is known beforehand."""
    given = {name for name in words if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    try:
        filed = from_file(path) if path else {}
        config = Config(**{**words, **{name: value for name, value in filed.items() if name not in given}})
    except BadSetting as bad:
        refuse(bad)
    sources = {name: "command line" if name in given else "file" if name in filed else "default" for name in words}
    # What serves imports more than what reads the words; several processes need more than one does.
    gc.disable()  # what is imported stays: nothing to look for in it, now or later
    chosen = import_module(
        "overlap.mock_server.processes.server" if config.workers == 1 else "overlap.mock_server.processes.workers"
    )
    gc.freeze()
    gc.enable()
    _leave_folder()
    try:
        chosen.run(config, sources)
    except OSError as unavailable:
        refuse(f"{config.host}:{config.port}: {why(unavailable)}")


def why(unavailable: OSError) -> str:
    """Return why an address cannot be listened on; errors of looking up a name have negative numbers."""
    number = unavailable.errno or 0
    return os.strerror(number) if number > 0 else unavailable.strerror or str(unavailable)


def _leave_folder() -> None:
    """
    Look for no more modules in the working folder, where `python -m` looks first, and the registry last.

    The owner's own are imported by now. What the server imports later, numpy for the first embedding, must not be
    whatever file of that name lies there.
    """
    here = str(Path.cwd())
    if not sys.flags.safe_path and sys.path[:1] == [here]:
        del sys.path[0]
    if sys.path[-1:] == [here]:
        del sys.path[-1]


command = options(_command)


def main() -> None:
    """Run the command; a mistake in its words is one line, as any other."""
    try:
        command.main(prog_name="python -m overlap.mock_server", standalone_mode=False)
    except click.NoSuchOption as unknown:
        names = ", ".join(option.opts[0] for option in command.params)
        refuse(f"no option {unknown.option_name}; there are: {names}")
    except click.ClickException as mistake:
        refuse(mistake.format_message())
    except click.Abort:
        raise SystemExit(130) from None
