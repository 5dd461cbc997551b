"""A chart as SVG text: titled, described, coloured by CSS variables, with names that do not clash on one page."""

import re
from html import escape
from io import StringIO
from typing import Any

from overlap.harness.report.section import Chart

_STYLES = re.compile(r"style=\"[^\"]*\"")
_FONTS = re.compile(r"font-family: [^;\"]*")
_IDS = re.compile(r'(\bid="|url\(#|href="#)')
_HEAD = re.compile(r"<svg [^>]*?viewBox=\"0 0 (?P<size>[\d. ]+)\"[^>]*>")
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_SANS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


def svg(chart: Chart) -> str:
    """
    Draw *chart* as one `<svg>` element to stand in a page that sets the colours `ink.VARIABLES` names.

    It is as wide as its container. Title and description are what screen readers say.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    from overlap.harness.report import palette

    with rc_context(palette.SETTINGS):
        figure = chart.draw()
        out = StringIO()
        # Not savefig: that draws everything once more beforehand to measure it.
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return _dressed(_STYLES.sub(_variables, out.getvalue()), chart)


def _variables(style: re.Match[str]) -> str:
    """Put CSS variables for the placeholders in one style attribute; a name that looks like one stays."""
    from overlap.harness.report import palette

    text = style[0]
    for colour, variable in palette.VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return text


def _dressed(text: str, chart: Chart) -> str:
    head = _HEAD.search(text)
    if head is None:
        raise ValueError(f"matplotlib drew no SVG for {chart.name}")
    body = _METADATA.sub("", text[head.end() :])
    body = _FONTS.sub(f"font-family: {_SANS}", body)
    body = _IDS.sub(rf"\g<1>{chart.name}-", body)
    body = re.sub(r"(?m)^\s+", "", body)
    name = chart.name
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {head["size"]}" role="img" aria-labelledby="{name}-title {name}-desc">\n'
        f'<title id="{name}-title">{escape(chart.title)}</title>\n'
        f'<desc id="{name}-desc">{escape(chart.alt)}</desc>\n{body.strip()}\n'
    )


def alone(drawing: str) -> str:
    """Make of a drawing a file of its own, on paper that is light or dark as its reader's is."""
    from overlap.harness.report import palette

    def rules(colours: dict[str, str]) -> str:
        return "".join(f"{name}:{colour};" for name, colour in colours.items())

    style = (
        f"<style>svg{{{rules(palette.LIGHT)}background:var(--paper)}}"
        f"@media (prefers-color-scheme:dark){{svg{{{rules(palette.DARK)}}}}}</style>\n"
    )
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    if size:
        drawing = drawing.replace("<svg ", f'<svg width="{float(size[1]) * 1.6:.0f}" ', 1)
    return drawing.replace("</title>", "</title>\n" + style, 1)
