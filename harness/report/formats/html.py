"""One HTML file: no network, light and dark, sortable tables, charts as SVG, every text escaped."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from overlap.harness.report.section import Report
from overlap.harness.text.one_line import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

FILE = "report.html"
DEFAULT = True
# Whether it shows charts, which cost time to draw.
DRAWS = True
JUDGED = False
# More rows than fit a screen are folded; print unfolds them.
FOLDED_FROM = 16
_HERE = Path(__file__).parent.parent


def _seen(value: object) -> object:
    """Leave out of a text from a run what cannot be seen; drawings, style and script stand as they are."""
    return one_line(value) if type(value) is str else value


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        finalize=_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(report: Report) -> bytes:
    """Return the whole page; only the drawings, the style and the script are taken as they stand."""
    from markupsafe import Markup

    script = (_HERE / "sort.js").read_text(encoding="utf-8")
    page = _environment().get_template("page.html.j2")
    text = page.render(
        report=report,
        style=Markup(_style()),  # noqa: S704  # a file of this package, with colours of this package
        script=Markup(script),  # noqa: S704  # a file of this package
        folded_from=FOLDED_FROM,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        drawings={name: Markup(drawn) for name, drawn in report.drawings.items()},  # noqa: S704  # matplotlib and drawing.py escape
    )
    return f"{text.rstrip()}\n".encode()


def _style() -> str:
    from overlap.harness.report import palette

    def rules(colours: dict[str, str]) -> str:
        return " ".join(f"{name}: {colour};" for name, colour in colours.items())

    style = (_HERE / "style.css").read_text(encoding="utf-8")
    return style.replace("{{ light }}", rules(palette.LIGHT)).replace("{{ dark }}", rules(palette.DARK))
