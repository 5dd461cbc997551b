"""Charts as pictures: nothing cut off, titled and described, coloured for light and dark paper alike."""

import re
from xml.etree import ElementTree as ET

import pytest

from overlap.harness.report.build import sections
from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.harness.report.charts.forest import Forest, Ratio
from overlap.harness.report.charts.lines import LineChart, LineSeries, _apart
from overlap.harness.report.charts.marks import MarkChart, MarkRow
from overlap.harness.report.charts.spread import Spreads, spread
from overlap.harness.report.charts.stacks import Stack, Stacks
from overlap.harness.report.charts.waterfall import Fall, Waterfall
from overlap.harness.report.drawing import alone, svg
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

SVG = "{http://www.w3.org/2000/svg}"
LONG = "abatch_as_completed · langchain_aiohttp"
CHARTS = [
    BarChart(
        "bars",
        "Total time (ms)",
        (BarRow(LONG, 10.0, 9.0, 30.0, 8.0), BarRow("b", 0.0)),
        "total time, ms",
        "ideal",
    ),
    LineChart(
        "lines",
        "Throughput",
        tuple(LineSeries((f"{LONG} {i}",), ((1, 9.0, 8.0, 10.0), (64, 90.0 + i, None, None))) for i in range(12)),
        "concurrency",
        "calls/s",
    ),
    Spreads("spreads", "E2E", (spread(LONG, range(1, 100), 50), spread("few", [3.0, 4.0])), "ms", "planned"),
    Stacks("stacks", "Owners", ("dispatch", "send"), (Stack(LONG, (1e3, 2)), Stack("b", (0, 0))), "ms", ("send",)),
    Forest("forest", "CPU", (Ratio(LONG, 0.8, 0.7, 0.9, differs=True), Ratio("b", 1.0)), "uvloop lower", "higher"),
    MarkChart("marks", "TTFT", (MarkRow(LONG, {"p50": 101, "plan": 100}, 99, 103),), ("p50", "p95"), "ms", "plan"),
    Waterfall(
        "fall",
        "Slowest",
        (Fall(LONG, (("send", 0.0, 3.0), ("receive", 3.0, 5.0)), (4.0,)),),
        ("send", "receive"),
        "ms",
    ),
]
named = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)


@pytest.fixture(scope="module")
def ink():
    """The inks; with them comes Matplotlib, which no other test file need wait for."""
    from overlap.harness.report import palette as ink

    return ink


@pytest.fixture(scope="module")
def drawn_once():
    """Each of `CHARTS` as drawn, by its name: to draw one takes longer than to look at it."""
    return {chart.name: svg(chart) for chart in CHARTS}


def _tree(drawn):
    return ET.fromstring(drawn)  # noqa: S314  # drawn by the product under test, from nothing but this file


def _texts(drawn):
    """Every text element of a drawing."""
    found = list(_tree(drawn).iter(f"{SVG}text"))
    assert found
    return found


def _ends(element):
    """Where a text begins and ends along its own line, and where that line lies, in the drawing's units."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    style = element.get("style")
    size = float(re.search(r"font-size: ([\d.]+)px", style)[1])
    wide = TextToPath().get_text_width_height_descent(element.text, FontProperties(size=size), ismath=False)[0]
    anchor = re.search(r"text-anchor: (\w+)", style)
    moved = re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
    x, y = map(float, moved.groups() if moved else (element.get("x"), element.get("y")))
    before = {"middle": wide / 2, "end": wide}.get(anchor[1] if anchor else "start", 0)
    return (
        (y - wide + before, y + before, x)
        if "rotate(-90" in element.get("transform", "")
        else (x - before, x - before + wide, y)
    )


def _cut_off(drawn):
    """Every text of the drawing that does not lie within it as a whole; DejaVu is wider than readers' fonts."""
    across, down = map(float, _tree(drawn).get("viewBox").split()[2:])
    cut = []
    for element in _texts(drawn):
        upright = "rotate(-90" in element.get("transform", "")
        low, high, line = _ends(element)
        room, height = (down, across) if upright else (across, down)
        # An upright text's letters stand left of its line, any other's above it, by three quarters of a size.
        tall = 0.75 * float(re.search(r"font-size: ([\d.]+)px", element.get("style"))[1])
        if low < -1 or high > room + 1 or not tall - 1 < line < height:
            cut.append((element.text, low, high, line))
    return cut


@named
def test_nothing_is_cut_off(chart, drawn_once):
    """Long names, a dozen lines: every word lies on the sheet, in a font wider than any reader's."""
    assert _cut_off(drawn_once[chart.name]) == []


def test_a_unit_has_room_beside_long_numbers():
    """Latencies of seconds, in ms: numbers with a comma stand between the unit and the axis."""
    line = LineSeries(("astream_many",), ((1, 90.0, None, None), (64, 30_000.0, None, None)))
    assert _cut_off(svg(LineChart("slow", "E2E latency", (line,), "concurrency", "E2E latency p50, ms"))) == []


def test_nothing_is_cut_off_in_a_whole_report(make_run, many_cells):
    """The same holds for every chart that sections really make; those of 64 at once are made like others."""
    cells = [cell for cell in many_cells if cell.concurrency < 64]
    summary = summarise(read(make_run(cells, rounds=3)))
    charts = [chart for section in sections(summary) for part in section.walk() for chart in part.charts]
    assert len(charts) > 15
    assert {chart.name: cut for chart in charts if (cut := _cut_off(svg(chart)))} == {}


@named
def test_a_chart_is_titled_and_described_for_those_who_do_not_see_it(chart, drawn_once):
    """The picture is one image with a name and a description, both found by their ids."""
    root = _tree(drawn_once[chart.name])
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text, description.text) == (chart.title, chart.alt)


@named
def test_no_colour_is_fixed(chart, drawn_once, ink):
    """Every colour is a CSS variable that light and dark paper define; black text would vanish in the dark."""
    drawn = drawn_once[chart.name]
    assert not re.search(r"#[0-9a-fA-F]{6}\b", drawn)
    used = set(re.findall(r"var\((--[a-z]+)\)", drawn))
    assert used
    assert used <= set(ink.LIGHT) == set(ink.DARK)


def test_two_charts_on_one_page_share_no_id(drawn_once):
    """A clip path of one chart would cut the other."""
    ids = [re.findall(r'\bid="([^"]+)"', drawn) for drawn in drawn_once.values()]
    every = [name for found in ids for name in found]
    assert len(set(every)) == len(every)


def test_every_reference_in_a_chart_leads_somewhere(drawn_once):
    """Renaming ids must not leave a clip path or a marker behind."""
    for drawn in drawn_once.values():
        wanted = set(re.findall(r'(?:url\(#|href="#)([^")]+)', drawn))
        assert wanted <= set(re.findall(r'\bid="([^"]+)"', drawn))


def test_a_chart_is_drawn_the_same_every_time(drawn_once):
    """A report that is made again changes no file it need not change."""
    assert svg(CHARTS[1]) == drawn_once[CHARTS[1].name]


def test_names_with_markup_are_text_in_a_chart():
    """A scenario may be called anything."""
    evil = '<script>x</script> & "quoted"'
    drawn = svg(BarChart("evil", evil, (BarRow(evil, 1.0),), "ms"))
    assert "<script" not in drawn
    assert evil in [element.text for element in _texts(drawn)]


def test_a_dollar_sign_is_no_mathematics():
    """A name like $x_1$ is drawn as it stands."""
    assert "$x_1$" in [
        element.text for element in _texts(svg(BarChart("money", "t", (BarRow("$x_1$", 1.0),), "ms")))
    ]


def test_a_file_of_its_own_brings_its_colours(drawn_once, ink):
    """Outside a page nobody else defines them, and the paper is painted, so that text never lies on its like."""
    drawn = alone(drawn_once[CHARTS[0].name])
    assert _tree(drawn).get("width")
    assert all(
        f"{name}:{colour}" in drawn for colours in (ink.LIGHT, ink.DARK) for name, colour in colours.items()
    )
    assert "prefers-color-scheme:dark" in drawn
    assert "background:var(--paper)" in drawn


@pytest.mark.parametrize(
    ("wanted", "sizes"),
    [([0.9, 0.9, 0.9], [0.1] * 3), ([0.02, 0.01, 0.0], [0.2] * 3), ([0.5], [0.1]), ([1.0, 0.0], [0.1, 0.1])],
    ids=["all at the top", "all at the bottom", "alone", "far apart"],
)
def test_labels_keep_their_order_and_distance(wanted, sizes):
    """No label lies on another or below the sheet."""
    places = _apart(wanted, sizes)
    assert all(
        a - b >= (one + two) / 2 - 1e-9
        for a, b, one, two in zip(places, places[1:], sizes, sizes[1:], strict=False)
    )
    assert places[-1] >= -1e-9


def test_the_percentiles_of_a_chart_are_those_of_the_table():
    """Hyndman and Fan's type 8, by hand: p95 of 1 to 100 lies at place (100 + 1/3) 0.95 + 1/3, or 95.65."""
    assert spread("a", range(1, 101)).quantiles[95] == pytest.approx(95.65)


def test_a_spread_below_twenty_values_shows_them_all_and_claims_no_tail():
    """Nineteen calls have no p95."""
    few, many = spread("a", range(1, 20)), spread("a", range(1, 21))
    assert (set(few.quantiles), len(few.values)) == ({50}, 19)
    assert (set(many.quantiles), many.values) == ({5, 25, 50, 75, 95}, ())
    assert spread("a", [0.0]) is None


def test_every_colour_has_a_placeholder_of_its_own(ink):
    """Two colours with one placeholder would be one colour."""
    assert sorted(ink.VARIABLES.values()) == sorted(ink.LIGHT) == sorted(ink.DARK)


def _contrast(one, other):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("paper", ["LIGHT", "DARK"])
def test_text_contrasts_with_its_paper(paper, ink):
    """4.5 to 1 at least: WCAG 2.2, 1.4.3, level AA."""
    colours = getattr(ink, paper)
    assert min(_contrast(colours[name], colours["--paper"]) for name in ("--ink", "--faint")) >= 4.5


def test_a_row_called_like_a_colour_keeps_its_name(ink):
    """Colours are put in by replacing placeholders; a name that looks like one is not replaced."""
    drawn = svg(BarChart("blue", "t", (BarRow(ink.BLUE, 1.0),), "ms"))
    assert ink.BLUE in [element.text for element in _texts(drawn)]
