"""What every format owes: a file made of sections alone, in which nothing from a run can be taken for markup."""

import pytest

from overlap.harness import registry
from overlap.harness.model.record import Cell
from overlap.harness.report.build import compose
from overlap.harness.report.pages import FORMATS
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

NAMES = registry.names(FORMATS)
OF_A_RUN = [name for name in NAMES if not registry.load(FORMATS, name).JUDGED]
EVIL = "<script>alert(1)</script> | `x` [a](b)"


@pytest.mark.parametrize("name", NAMES)
def test_a_format_names_its_file_and_whether_it_is_made_unasked(name):
    """`FILE`, `DEFAULT` and `DRAWS` are what the builder goes by."""
    module = registry.load(FORMATS, name)
    assert module.FILE
    assert isinstance(module.DEFAULT, bool)
    assert isinstance(module.DRAWS, bool)


def test_no_two_formats_write_the_same_file():
    """Each format has a file of its own."""
    files = [registry.load(FORMATS, name).FILE for name in NAMES]
    assert len(set(files)) == len(files)


@pytest.fixture(scope="module")
def report(make_shared_run, many_cells):
    """The sections of a run, for all formats to show."""
    return compose(summarise(read(make_shared_run(many_cells, rounds=2))), draw=False)


@pytest.mark.parametrize("name", OF_A_RUN)
def test_every_section_is_in_every_format(name, report):
    """A format with room for charts shows every section, one without all that are made for a glance."""
    drawn = {chart.name: "<svg></svg>" for chart in report.charts()}
    module = registry.load(FORMATS, name)
    content = module.render(type(report)(report.title, report.facts, report.sections, drawn))
    assert content
    text = content.decode()
    shown = [section for section in report.sections if module.DRAWS or section.glance != "nothing"]
    assert len(shown) >= 3
    for section in shown:
        assert section.title.split()[0] in text


@pytest.mark.parametrize("name", OF_A_RUN)
def test_markup_in_a_run_is_shown_as_text(name, make_run):
    """A script in an error or a name reaches no format as a tag."""
    cell = Cell("<b>mine</b>", "chain", "gather", "asyncio", 2)
    folder = make_run(
        [cell], rounds=2, failing=[cell.id], error=EVIL, name="<i>run</i>", environment={"<u>": EVIL}
    )
    report = compose(summarise(read(folder)), draw=False)
    module = registry.load(FORMATS, name)
    text = module.render(report).decode()
    # In plain text nothing is markup.
    if not module.FILE.endswith(".txt"):
        for tag in ("<b>mine", "<i>run", "<u>", "<script>alert"):
            assert tag not in text
    assert "alert(1)" in text.replace("\\", "")
