"""What a report says in words is what was planted, and nothing that was not."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from overlap.harness.proof.planted import CALLS, ROUNDS, Planted, cells
from overlap.harness.proof.row import ProofRow
from overlap.harness.report.build import compose
from overlap.harness.stats.summary import summarise
from overlap.harness.store.books import BooksOnFile
from overlap.harness.store.run_about import RunAbout

# What is said only of a difference that is shown.
DIFFERENCE = re.compile(r"takes? longer|costs? more|is later|are later|differs in|\d times (?:\(|[a-z]+'s)")
FIRST = re.compile(r"took least|takes least|cost least|came nearest")
HOLES = re.compile(r"\b(?:nan|inf|None)\b|e[+-]\d\d\b")
FACTOR = re.compile(r"(\d+\.\d+) times \((\d+\.\d+)\N{EN DASH}(\d+\.\d+)\)")
TRIALS = 60


def rows() -> Iterator[ProofRow]:
    """Yield the rows of equal cells, known differences, failures and gaps, and of runs that lack anything."""
    for field, names in (
        ("strategy", ("ainvoke", "gather", "task_group")),
        ("client", ("httpx2", "openai", "chain")),
        ("loop", ("asyncio", "uvloop")),
    ):
        yield from _compared(field, names)
        yield _failed_quickly(field, names)
    yield from _alone()
    yield from _gaps()
    yield _books()
    yield _anything()


def _row(figure: str, planted: str, expected: str, sentence: str, *, kept: bool) -> ProofRow:
    return ProofRow(figure, planted, expected, "as expected" if kept else sentence, kept)


def _compared(field: str, names: tuple[str, ...]) -> Iterator[ProofRow]:
    """Yield the rows of cells that differ in one field, once equal, once by a factor, once in a single round."""
    planted_cells = cells(*names, field=field)
    equal = Planted(dict.fromkeys(planted_cells, 100.0))
    yield _row(
        f"each {field} beside the others",
        f"{len(names)} equal cells, rounds 1 % off",
        "no difference is told",
        equal.said,
        kept=not DIFFERENCE.search(equal.said),
    )
    apart = Planted({cell: 100.0 * (2 if place else 1) for place, cell in enumerate(planted_cells)})
    factors = [tuple(map(float, each)) for each in FACTOR.findall(apart.said)]
    yield _row(
        f"each {field} beside the others",
        f"all but {names[0]} take twice as long, and the CPU",
        "each factor's interval holds 2, and one is told",
        apart.said,
        kept=bool(factors) and all(low <= 2 <= high for _, low, high in factors),
    )
    one = replace(apart, rounds=1)
    yield _row(
        f"each {field} beside the others",
        "the same, in one round",
        "no difference is told",
        one.said,
        kept=not DIFFERENCE.search(one.said),
    )


def _failed_quickly(field: str, names: tuple[str, ...]) -> ProofRow:
    """Return the row of a cell that is soon done since all of its calls fail."""
    planted_cells = cells(*names, field=field)
    broken = planted_cells[-1]
    planted = Planted(dict.fromkeys(planted_cells, 100.0), fails=lambda call: call.cell == broken.id)
    left_out = f"Left out, since calls failed: {names[-1]}." in planted.said or field == "loop"
    firsts = [
        sentence
        for sentence in re.split(r"(?<=\.) ", planted.said)
        if FIRST.search(sentence) and names[-1] in sentence
    ]
    kept = left_out and not firsts and not DIFFERENCE.search(planted.said)
    return _row(
        f"each {field} beside the others",
        f"equal cells; every call of {names[-1]} fails after 1 ms",
        "that cell is first at nothing, and is named as left out",
        planted.said,
        kept=kept,
    )


def _alone() -> Iterator[ProofRow]:
    """Yield the rows of a run of one cell: it is compared with nothing, and has no time if all its calls fail."""
    [cell] = cells("gather")
    planted = Planted({cell: 100.0})
    yield _row(
        "the answer", "one cell", "it is first at nothing", planted.said, kept=not FIRST.search(planted.said)
    )
    failed = Planted({cell: 100.0}, fails=lambda _: True)
    every = ROUNDS * CALLS
    words = f"{every} of {every} calls failed."
    kept = failed.leads.get("Errors") == words and not re.search(r"\btook \d|nearest", failed.said)
    yield _row("errors", "one cell, every call fails", f"{words} No time is told", failed.said, kept=kept)


def _gaps() -> Iterator[ProofRow]:
    """Yield the rows of cells that were never finished, and of a server without a journal."""
    planted_cells = cells("ainvoke", "gather", "task_group")
    lost = Planted(dict.fromkeys(planted_cells, 100.0), absent=frozenset(planted_cells[1:2]))
    yield _row(
        "the answer",
        "of three cells one has no finished round",
        "it is named, and compared with nothing",
        lost.said,
        kept="No round was finished of: gather." in lost.said
        and not re.search(r"gather (?:took|takes)", lost.said),
    )
    blind = Planted(dict.fromkeys(planted_cells, 100.0), journal=False)
    kept = "of the possible" not in blind.said and "the server had planned" not in blind.said
    yield _row(
        "overlap, owners", "the server kept no journal", "nothing is told of its plan", blind.said, kept=kept
    )
    values = dict.fromkeys(cells("ainvoke", "gather", concurrency=4), 100.0)
    few = Planted(dict.fromkeys(cells("ainvoke", "gather"), 100.0) | values)
    yield _row(
        "total time",
        "two strategies at two concurrencies, equal",
        "no difference is told",
        few.said,
        kept=not DIFFERENCE.search(few.said),
    )


def _books() -> ProofRow:
    """Return the row of books that count warm-up calls, beside counts that do not."""
    [cell] = cells("gather")
    total = ROUNDS * CALLS
    balance = BooksOnFile(made=total, recorded=total, joined=total, journal=True, faults=())
    planted = Planted({cell: 100.0}, about=RunAbout(format=2, balance=balance))
    run = planted.run
    calls = tuple(replace(call, warmup=call.index < 2) for call in run.calls)
    report = compose(summarise(replace(run, calls=calls)), draw=False)
    lead = next(section.lead for section in report.sections if section.title == "The balance of the books")
    words = f"{total} recorded ({2 * ROUNDS} of them to warm up)"
    kept = words in lead and f"{total - 2 * ROUNDS} calls" in report.facts
    return _row(
        "books",
        f"{total} calls, two of each round to warm up",
        f"{words}; {total - 2 * ROUNDS} calls on top",
        lead,
        kept=kept,
    )


def _anything() -> ProofRow:
    """Return the row of runs in which cells, rounds, answers or the journal are missing at random."""
    rng, wrong = random.Random(11), []
    for trial in range(TRIALS):
        planted_cells = cells("ainvoke", "gather", "batch", "task_group") + cells("gather", "batch", concurrency=2)
        planted_cells += [replace(cell, loop="uvloop") for cell in planted_cells[:2]]
        share = rng.choice((0.0, 0.1, 1.0))
        bad = frozenset(cell.id for cell in planted_cells if rng.random() < 0.4)
        lots = random.Random(trial)
        planted = Planted(
            {cell: rng.choice((20.0, 100.0, 100.0)) for cell in planted_cells},
            rounds=rng.choice((1, 2, 3, 5)),
            fails=lambda call, bad=bad, share=share, lots=lots: call.cell in bad and lots.random() < share,  # type: ignore[misc]
            absent=frozenset(cell for cell in planted_cells if rng.random() < 0.3),
            together=frozenset(cell for cell in planted_cells if cell.strategy == "batch"),
            journal=rng.random() < 0.7,
        )
        sentences = planted.said
        # Of one or two rounds no difference is shown.
        if HOLES.search(sentences) or (planted.rounds < 3 and DIFFERENCE.search(sentences)):
            wrong.append(sentences)
    return ProofRow(
        "every section",
        f"{TRIALS} runs of 8 cells without some rounds, cells, answers, or the journal",
        "all are told; no hole, and no difference from fewer than three rounds",
        "as expected" if not wrong else wrong[0],
        not wrong,
    )
