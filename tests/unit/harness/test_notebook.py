"""Comparing strategies inside a running loop."""

import asyncio
from types import SimpleNamespace

import pytest

import overlap
from overlap.harness.report.inline import fragment


class Sleeper:
    """Takes ten milliseconds, awaited or not."""

    def __init__(self):
        self.closed = False

    async def ainvoke(self, prompt):
        """Return a little later."""
        await asyncio.sleep(0.01)
        return prompt

    def close(self):
        """Note that it was closed."""
        self.closed = True


def run(*args, **kwargs):
    """Compare within a loop, as a notebook does."""

    async def main():
        return await overlap.compare(*args, **kwargs)

    return asyncio.run(main())


def test_every_strategy_that_applies_is_compared():
    """An application that can only be awaited has no blocking strategies; each makes all calls in all rounds."""
    found = run(Sleeper(), calls=4, concurrency=4, rounds=2)
    strategies = {each.cell.strategy for each in found.summary.cells}
    assert {"ainvoke", "gather", "task_group"} <= strategies
    assert not {"invoke", "abatch", "stream"} & strategies
    assert {each.calls for each in found.summary.cells} == {8}
    apart, at_once = (
        found.summary.of(strategy=name)[0].metrics["makespan"].value for name in ("ainvoke", "gather")
    )
    assert apart > at_once


def test_an_application_of_ones_own_is_not_closed():
    """Who brings an application goes on using it."""
    app = Sleeper()
    run(app, strategies=["gather"], rounds=1)
    assert not app.closed


def test_a_function_gets_an_endpoint_with_a_journal_behind_it_and_is_closed():
    """The mock knows what each call was worth, so overlap efficiency is known; afterwards nothing is left."""
    made = []

    def app(endpoint):
        from overlap.harness.clients.aiohttp import client

        made.append(client(endpoint))
        return made[0]

    found = run(app, strategies=["gather"], rounds=3, concurrency=2, profile="steady,ttft=0.02,itl=0", tokens=2)
    [cell] = found.summary.cells
    assert (cell.cell.client, cell.errors) == ("app", 0)
    assert 50 < cell.metrics["overlap"].value <= 100
    assert cell.metrics["peak"].value == 2
    assert made[0]._session.closed


@pytest.mark.parametrize(
    ("app", "more", "wrong", "said"),
    [
        (Sleeper(), {"strategies": ["abatch"]}, LookupError, "abatch"),
        (Sleeper(), {"strategies": ["gahter"]}, LookupError, "gahter"),
        (SimpleNamespace(), {}, TypeError, "ainvoke"),
        (lambda _: SimpleNamespace(), {}, TypeError, "SimpleNamespace"),
        (Sleeper(), {"calls": 0}, ValueError, "nothing to compare"),
        (Sleeper(), {"rounds": 0}, ValueError, "nothing to compare"),
        (Sleeper(), {"prompts": ()}, ValueError, "nothing to compare"),
    ],
)
def test_what_cannot_be_compared_is_said(app, more, wrong, said):
    """The error names what is missing, and nothing is left running."""
    with pytest.raises(wrong, match=said):
        run(app, **more)


def test_it_shows_itself_as_text_and_as_a_fragment_of_a_page():
    """The same table in both; the fragment has the chart as an image, and no script or style of its own."""
    found = run(Sleeper(), strategies=["ainvoke", "gather"], rounds=3, concurrency=3)
    assert "gather" in repr(found)
    shown = found._repr_html_()
    assert "<td>gather</td>" in shown
    assert 'src="data:image/svg+xml;base64,' in shown
    assert "<script" not in shown
    assert "<html" not in shown


def test_what_stands_in_a_run_is_escaped(make_run, many_cells):
    """A name with markup in it is text."""
    from dataclasses import replace

    from overlap.harness.stats.summary import summarise
    from overlap.harness.store import run_files

    cells = [replace(each, client="<b>bold</b>") for each in many_cells[:2]]
    assert "<b>bold" not in fragment(summarise(run_files.read(make_run(cells))))


def test_the_package_offers_what_a_notebook_needs_and_nothing_it_has_not():
    """`import overlap` is enough; a misspelt name is an ordinary AttributeError."""
    assert overlap.compare.__module__ == "overlap.harness.notebook"
    with pytest.raises(AttributeError, match="comapre"):
        _ = overlap.comapre


def test_what_to_try_is_said_in_python_and_once():
    """A notebook has no options, shows no colours where nothing renders them, and needs each doubt once."""
    found = run(Sleeper(), strategies=["gather", "ainvoke"], rounds=1)
    page = fragment(found.summary)
    assert page.count("try rounds=5") == 1
    for text in (page, repr(found)):
        assert "--rounds" not in text
        assert "\x1b" not in text
