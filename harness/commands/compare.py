"""Lays runs side by side, and refuses where their circumstances differ."""

from pathlib import Path

import click

from harness.commands._words import fail, paper


@click.command("compare")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="A B …")
@click.option("--allow", default="", metavar="…", help="circumstances that may differ, with commas")
@click.option("--html", "page", type=click.Path(path_type=Path), help="write the comparison there as well")
def command(folders: tuple[Path, ...], allow: str, page: Path | None) -> None:
    """
    Lay the run in A beside each of the others: every cell they share, as ratios with intervals.

    Exit codes: 0 done; 2 they cannot be compared, with the reason.
    """
    from harness.report import comparison
    from harness.stats.sidebyside import Incomparable
    from harness.store import Unreadable

    allowed = [word.strip() for word in allow.split(",") if word.strip()]
    try:
        comparison.tell(folders, paper(), allowed)
        if page:
            page.write_bytes(comparison.render(folders, "html", allowed))
    except (Unreadable, Incomparable, LookupError) as wrong:
        fail(str(wrong))
    except OSError as wrong:
        fail(f"cannot write {page}: {wrong.strerror}")
