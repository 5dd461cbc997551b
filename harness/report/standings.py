"""Rankings in sentences: which rows are shown to be worse, and what is not shown."""

from collections.abc import Callable, Sequence
from math import inf

from overlap.harness.report.figures import count, listed, number, spell_out, times
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import MATTERS, Ranking, possible, verdict
from overlap.harness.stats.standing import ranked

# A list of more names is not read; the table beside a sentence has them all.
NAMED = 6


def standing(
    ranking: Ranking[str],
    name: Callable[[str], str] = str,
    worse: tuple[str, str] = ("takes longer", "take longer"),
    than: str = "as long",
) -> str:
    """
    Say of all rows but the best what is shown: those that are worse, those that are equal, and the others.

    *worse* is the verb for one and for several, as in "takes longer"; *than* ends a ratio, as in "as long". Empty
    where there is only one row.
    """
    sentences = []
    if ranking.worse:
        names, far = list(ranking.worse), max(ranking.worse, key=lambda each: possible(ranking.worse[each]))
        factor = f"{times(ranking.worse[far])} {than}"
        if len(names) == 1:
            sentences.append(f"{name(far)} {worse[0]}, {factor}.")
        else:
            sentences.append(f"{listed([name(each) for each in names], NAMED)} {worse[1]}; {name(far)} {factor}.")
    if equal := [name(each) for each in ranking.equal]:
        verb = "differs" if len(equal) == 1 else "differ"
        sentences.append(f"{listed(equal, NAMED)} {verb} from it by less than {MATTERS * 100:.0f} %.")
    few = ranking.few
    for names in ([each for each in ranking.open if each not in few], few):
        if names:
            widest = max(possible(ranking.rest[each]) for each in names)
            verb = "is" if len(names) == 1 else "are"
            named = listed([name(each) for each in names], NAMED)
            sentences.append(f"{named} {verb} not told apart from it{up_to(widest)}.")
    return " ".join(sentences)


def up_to(share: float) -> str:
    """
    Write how large a difference may still be, as the end of a sentence.

    >>> up_to(0.123)
    ' (a difference of up to 12.3 % is possible)'
    """
    return " (too few rounds)" if share == inf else f" (a difference of up to {number(share * 100)} % is possible)"


def compared(ratio: Estimate, higher: str, lower: str, subject: str = "") -> str:
    """
    Say what a *ratio* shows: *higher* or *lower* with the factor, else that nothing is shown and what is possible.

    The words take the factor at their end: "abatch takes {} as long as gather" has it where the braces are.
    *subject* names both sides, for the case that they cannot be told apart: "abatch and gather".
    """
    result = verdict(ratio)
    if result == "equal":
        return f"{subject} differ by less than {MATTERS * 100:.0f} %"
    if result == "open":
        return f"{subject} are not told apart{up_to(possible(ratio))}"
    return (higher if result == "higher" else lower).format(times(ratio))


def most(summary: Summary, cells: Sequence[CellSummary], metric: str, what: str, *, largest: bool = True) -> str:
    """
    Name the cell with the largest (or smallest) measured *metric*, *what* for short, and how sure that is.

    Empty where no cell has the metric, or the largest is 0.
    """
    measured = [each for each in cells if metric in each.metrics]
    choose = max if largest else min
    if not measured:
        return ""
    top = choose(measured, key=lambda each: each.metrics[metric].value)
    if not top.metrics[metric].value:
        return ""
    word = "largest" if largest else "smallest"
    # A cell without the figure may have more of it than any other: too few of its calls stand behind a percentile.
    of = "" if len(measured) == len(cells) else f", known of {len(measured):,} of {count(len(cells), 'cell')},"
    sentence = f"{what}{of} was {word} in {top.cell.id}, {spell_out(top.metrics[metric])}"
    return sentence + alone(summary, measured, top, metric, largest=largest)


def alone(
    summary: Summary, measured: Sequence[CellSummary], top: CellSummary, *metrics: str, largest: bool
) -> str:
    """Say how many of the *measured* cells cannot be told from *top*, as the end of a clause; empty for none."""
    ranking = ranked(summary.run, [each.cell for each in measured], *metrics, largest=largest)
    worse = set(ranking.worse) if ranking and ranking.best == top.cell.id else set()
    others = sum(1 for each in measured if each is not top and each.cell.id not in worse)
    if not others:
        return ""
    return f" ({count(others, 'other cell')} {'is' if others == 1 else 'are'} not told apart from it)"
