"""The HTML report in a real browser: nothing is fetched, nothing complains, tables sort, charts have words."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from overlap.harness.model.record import Cell
from overlap.harness.report.build import write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine to open the report in")
EVIL = "<img src=x onerror=alert(1)><b>bold</b>"


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(make_shared_run, many_cells, made_once):
    """A rich report of a run whose names and errors contain markup."""
    evil = Cell(EVIL, "chain", "gather", "asyncio", 2)
    # A chart of every kind; to draw more of each would be most of the time.
    kinds = [
        each
        for each in many_cells
        if each.strategy in {"ainvoke", "gather", "astream_many"}
        and each.client in {"httpx", "chain"}
        and (each.concurrency == 16 or (each.scenario, each.concurrency) == ("strategies", 64))
    ]

    def fill(folder):
        run = make_shared_run([*kinds, evil], rounds=3, failing=[evil.id], error=EVIL, name=EVIL)
        write(run, ["html"])
        shutil.copy(run / "report.html", folder)

    return made_once("evil", fill) / "report.html"


@pytest.fixture(scope="module")
def kept(browser, report):
    """The report, opened once: a page costs a second of CPU. It keeps everything it asked for and said."""
    with browser.new_page() as opened:
        opened.asked, opened.said = [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on("console", lambda message: opened.said.append(message.text))
        opened.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.on("dialog", lambda dialog: (opened.said.append(dialog.message), dialog.dismiss()))
        opened.goto(report.as_uri())
        yield opened


@pytest.fixture
def page(kept):
    """The report as it is first seen, whoever looked at it before in another size or light."""
    kept.set_viewport_size({"width": 1200, "height": 900})
    kept.emulate_media(media="null", color_scheme="null")
    return kept


@pytest.fixture
def changed(page):
    """The same for who leaves it otherwise: it is loaded again."""
    yield page
    page.reload()


def test_the_page_asks_for_nothing_and_complains_of_nothing(page, report):
    """The only request is for the file itself; the console stays empty, the policy is not broken."""
    page.wait_for_load_state("networkidle")
    assert {url for url in page.asked if not url.startswith("data:")} == {report.as_uri()}
    assert page.said == []


def test_markup_from_a_run_is_text_on_the_page(page):
    """The name is read as it was written; no image, no bold, no alert comes of it."""
    assert page.inner_text("h1") == f"Overlap: {EVIL}"
    assert page.locator("img").count() == 0
    assert page.locator("main b").count() == 0
    assert page.get_by_text(EVIL).count() > 3


PRESSED = """table => [...table.tHead.rows[0].cells].flatMap((head, column) => [1, 2].map(() => {
    head.querySelector("button").click();
    const keys = [...table.tBodies[0].rows].map((row) => row.cells[column].dataset.sort ?? null);
    return [head.classList.contains("n"), head.getAttribute("aria-sort"), keys];
}))"""


def test_a_table_sorts_by_value_both_ways_and_keeps_the_unknown_last(changed):
    """Pressed once a column rises, pressed again it falls; the heading says which to those who cannot see it."""
    changed.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    sorted_somewhere = 0
    for table in changed.locator("table.sortable").all()[:6]:
        pressed = table.evaluate(PRESSED)
        assert [said for _, said, _ in pressed] == ["ascending", "descending"] * table.locator("th").count()
        for numeric, direction, keys in pressed:
            known = [float(key) if numeric else key for key in keys if key is not None]
            assert keys[len(known) :] == [None] * (len(keys) - len(known))
            if numeric:
                assert known == sorted(known, reverse=direction == "descending")
                sorted_somewhere += len(set(known)) > 1
    assert sorted_somewhere > 5


def test_a_heading_can_be_pressed(changed):
    """Nothing lies above it that would catch the mouse; the rows follow."""
    table = changed.locator("table.sortable:visible").first
    head = table.locator("th.n").first
    column = head.evaluate("head => head.cellIndex") + 1
    for direction in ("ascending", "descending"):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == direction
        keys = table.locator(f"tbody td:nth-child({column})[data-sort]").evaluate_all(
            "cells => cells.map((cell) => Number(cell.dataset.sort))"
        )
        assert len(set(keys)) > 1
        assert keys == sorted(keys, reverse=direction == "descending")


def test_every_chart_has_a_name_and_a_description(page):
    """What a screen reader says of a chart is its title and the facts in words."""
    charts = page.locator("figure svg").evaluate_all(
        """charts => charts.map((chart) => [chart.getAttribute("role"), ...chart.getAttribute("aria-labelledby")
            .split(" ").map((id) => chart.querySelector("#" + id).textContent)])"""
    )
    assert len(charts) > 15
    for role, title, description in charts:
        assert role == "img"
        assert len(title) > 5
        assert len(description) > 20


@pytest.mark.parametrize("width", [320, 400, 768, 1200, 1920])
def test_the_page_never_scrolls_sideways(page, width):
    """On a phone wide tables scroll by themselves, the page does not."""
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_legible_on_light_and_on_dark_paper(page, scheme):
    """The page follows its reader's setting, and so does the text within the charts."""
    page.emulate_media(color_scheme=scheme)
    body, chart = (
        page.locator(where).first.evaluate("(each, key) => getComputedStyle(each)[key]", key)
        for where, key in (("h1", "color"), ("figure svg text", "fill"))
    )
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    def light(colour):
        return sum(int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(",")) / 3

    assert abs(light(body) - light(paper)) > 150
    assert abs(light(chart) - light(paper)) > 80
    assert (light(paper) > 128) == (scheme == "light")


def test_in_print_every_table_is_unfolded_on_light_paper(changed):
    """Paper cannot be clicked, and is white whatever the screen was."""
    assert changed.locator("details").count() > 0
    changed.emulate_media(media="print", color_scheme="dark")
    changed.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert changed.locator("details:not([open])").count() == 0
    assert changed.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_every_entry_of_the_contents_leads_to_its_section(page):
    """No dead link within the page."""
    links = page.locator("nav a").evaluate_all(
        """links => links.map((link) => {
            const heads = document.querySelectorAll(`section${link.getAttribute("href")} > h2`);
            return [link.innerText, [...heads].map((head) => head.innerText)];
        })"""
    )
    assert len(links) > 8
    for said, heads in links:
        assert heads == [said]
