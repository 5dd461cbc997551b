"""Words on the command line choose a command of the registry; only the chosen one is imported."""

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError, NoSuchCommand

from overlap.harness import registry
from overlap.harness.host import fast_exit, interrupt, output_streams
from overlap.harness.host.owned import children
from overlap.harness.text.choices import choices, quoted

COMMANDS = "overlap.harness.commands"
NO_NAME = (errno.ENAMETOOLONG, errno.ELOOP)
MEASURING = {"bench", "claims", "diagnose", "gate", "load", "record", "slo"}
"""Commands whose exit code tells how a measurement ended, even if their output was not read."""


class Commands(click.Group):
    """The folder of commands as a click group."""

    def __call__(self, *words: Any, **options: Any) -> Any:
        """Carry out *words* and come back; or the command line's, which are all that this process is for."""
        return self.main(*words, **options) if words or options else self.process()

    def process(self, *words: Any, **options: Any) -> NoReturn:
        """Carry out *words*, or those of the command line, and end the process as the last act."""
        output_streams.guard()
        code = 0
        try:
            self.main(*words, **options)
        except SystemExit as ended:
            if isinstance(ended.code, str):
                raise
            code = ended.code or 0
        # What is left is done at once; a signal could only spoil it.
        for number in interrupt.SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        arguments = [str(word) for word in (words[0] if words else sys.argv[1:])]
        command = next((word for word in arguments if not word.startswith("-")), None)
        fast_exit.at_once(output_streams.settled(code, shows=command not in MEASURING))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command there is."""
        del ctx
        return registry.names(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command called *cmd_name*."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = registry.load(COMMANDS, cmd_name).command
        return command

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **options: Any) -> click.Context:
        """Read what stands before the command's name; no word may hold what no program can be given."""
        with _one_line():
            if odd := [word for word in args if not _can_be_given(word)]:
                raise click.UsageError(f"{quoted(odd[0])} holds what no program can be given")
            return super().make_context(info_name, args, *more, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out the chosen command; one that is interrupted and has nothing to say of it ends with a line."""
        try:
            with _one_line():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            print("overlap: interrupted", file=sys.stderr)
            sys.exit(interrupt.CODE)
        except OSError as wrong:
            # No file can have such a name: the user typed it, and nothing has been started with it.
            if wrong.errno not in NO_NAME:
                raise
            from overlap.harness.terminal.command_line import fail

            fail(f"{quoted(wrong.filename)}: {wrong.strerror}")


def _can_be_given(word: str) -> bool:
    try:
        return "\0" not in word and bool(os.fsencode(word) or True)
    except UnicodeEncodeError:
        return False


@contextmanager
def _one_line() -> Iterator[None]:
    """Tell what cannot be understood in one line that says what there is, and exit 2."""
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except click.UsageError as wrong:
        from overlap.harness.terminal.command_line import fail  # brings more along than most commands need

        fail(_said(wrong))


def _said(wrong: click.UsageError) -> str:
    if isinstance(wrong, NoSuchCommand):
        there = registry.names(COMMANDS)
        return f"no command {quoted(wrong.command_name)}; {choices(wrong.command_name, there, 'overlap --help')}"
    if wrong.ctx and isinstance(wrong, click.NoSuchOption):
        options = [each for each in wrong.ctx.command.get_params(wrong.ctx) if isinstance(each, click.Option)]
        there = sorted(each.opts[-1] for each in options)
        every = f"{wrong.ctx.command_path} --help"
        return f"no option {quoted(wrong.option_name)}; {choices(wrong.option_name, there, every)}"
    return wrong.format_message()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="overlap-bench", prog_name="overlap")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Measure how asynchronous LLM application code waits, and what the waiting costs."""
    ctx.with_resource(interrupt.catching())
    ctx.with_resource(children.guarded())


def scenario(file: str) -> None:
    """Run the scenario in *file* alone: `python -m overlap.scenarios.<name>`, with the flags of `bench`."""
    main.process(["bench", Path(file).stem, *sys.argv[1:]], prog_name="overlap")


if __name__ == "__main__":
    main()
