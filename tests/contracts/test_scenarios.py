"""The contract of every scenario: a question, prompts that can be repeated, an application that answers."""

import json
import random
import re
import subprocess
import sys
from itertools import islice, product

import pytest

from overlap.harness import registry
from overlap.harness.application.adapting import METHODS
from overlap.harness.bench.worker_process import Launch
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import CLIENTS, SCENARIOS, STRATEGIES, expand, plans
from overlap.harness.model.record import Cell
from overlap.harness.stats.summary import summarise
from overlap.harness.store import run_files
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.order import Order

NAMES = registry.names(SCENARIOS)


def parts(name):
    """Return the parts of a scenario, which is passed over where its optional package is missing."""
    try:
        return plans(RunConfig(), name)
    except registry.Unknown as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def server():
    """One mock server that answers at once."""
    with start(mock_command("instant", 4, 7)) as running:
        yield running


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_a_question(name):
    """The first line of its docstring ends in a question mark; it is what the report puts above the answer."""
    assert registry.help_text(SCENARIOS, name).endswith("?")


@pytest.mark.parametrize("name", NAMES)
def test_the_prompts_are_the_same_for_the_same_seed(name):
    """Two runs with one seed ask the same; another seed asks something else."""
    prompts = registry.load(SCENARIOS, name).prompts
    first, again, other = (list(islice(prompts(random.Random(seed)), 20)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_names_only_what_there_is(name):
    """Strategies and clients of a plan are entries of their registries."""
    for plan in parts(name):
        for strategy in plan.strategies:
            registry.check(STRATEGIES, strategy)
        for client in plan.clients:
            registry.check(CLIENTS, client)


def test_applications_answer_by_every_method_that_their_plans_use(subtests, server):
    """Every strategy that applies makes its calls, in every variant, and none fails but those that are to."""
    # One worker process for all, as a run has, and one test: pytest's processes would each import every framework.
    with Launch(None, 7) as launch:
        for name in NAMES:
            with subtests.test(name):
                failing = getattr(registry.load(SCENARIOS, name), "FAILS", ())
                for plan in parts(name):
                    _answered(launch, server, name, plan, failing)
            with subtests.test(name, variant="no such thing"):
                _refused(launch, server, name)


def _answered(launch, server, name, plan, failing):
    client, methods = plan.clients[-1], {}
    for variant in plan.variants:
        order = _order(server, Cell(name, client, "invoke", "asyncio", 1, variant=variant))
        methods |= {(other, variant): () for other in plan.clients}
        methods[client, variant] = launch.methods(order, 60)
    for planned in expand(name, plan, methods, 1):
        if planned.cell.concurrency == min(plan.concurrency):
            answer = launch.slot(_order(server, planned.cell), 60)
            assert len(answer.calls) == 2
            if planned.cell.variant not in failing:
                assert [call.error for call in answer.calls] == [None] * 2, planned.cell.id


def _refused(launch, server, name):
    """Who misspells a variant is told what there is, before anything is measured."""
    if parts(name)[0].variants == ("",):
        with pytest.raises(registry.Unknown, match="it has none"):
            plans(RunConfig(variants=("no such thing",)), name)
    elif len(parts(name)) > 1:
        with pytest.raises(registry.Unknown, match=re.escape(parts(name)[0].variants[0])):
            plans(RunConfig(variants=("no such thing",)), name)
    else:
        cell = Cell(name, parts(name)[0].clients[0], "invoke", "asyncio", 1, variant="no such thing")
        with pytest.raises(Mistake, match="no such thing"):
            launch.methods(_order(server, cell), 60)


def _order(server, cell):
    return Order(cell, 0, 2, 0, server.base_url, seed=7, executor=4, timeout=30, max_retries=0)


@pytest.mark.parametrize("name", NAMES)
def test_the_words_for_the_server_are_understood(name):
    """Faults, limits and models that a plan asks for are such as the mock has."""
    for plan in parts(name):
        if plan.server:
            with start(mock_command(plan.profile, plan.tokens, 7, plan.server)) as running:
                assert running.alive


def cells(name):
    """Return all cells of a scenario whose application has every method."""
    found = [
        each.cell
        for plan in parts(name)
        for each in expand(name, plan, dict.fromkeys(product(plan.clients, plan.variants), METHODS), 1)
    ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_drawn_from_the_numbers(name, make_run):
    """A whole run is answered by sentences; one without numbers is not answered, and never by a made-up figure."""
    answer = getattr(registry.load(SCENARIOS, name), "answer", None)
    if answer is None:
        pytest.skip("it asks without answering")
    said = answer(summarise(run_files.read(make_run(cells(name), rounds=3, calls=12))))
    assert said
    assert said.endswith(".")
    assert "unknown" not in said
    assert "nan" not in said


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_stopped_at_once_has_no_answer(name, make_run):
    """Nothing measured, nothing said."""
    answer = getattr(registry.load(SCENARIOS, name), "answer", lambda _: None)
    assert answer(summarise(run_files.read(make_run(cells(name), rounds=0)))) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_one_round_in_which_all_failed_does_not_break_its_answer(name, make_run):
    """The report of a run that went wrong is needed most."""
    answer = getattr(registry.load(SCENARIOS, name), "answer", lambda _: None)
    every = cells(name)
    said = answer(summarise(run_files.read(make_run(every, rounds=1, failing=[each.id for each in every]))))
    assert said is None or said.endswith(".")


FRAMEWORKS = {"langchain_core", "openai", "matplotlib", "fastapi", "aiohttp"}


@pytest.fixture(scope="module")
def brought():
    """What each scenario's import brings of frameworks, in one process: the first that brings one is named."""
    code = (
        "import json, sys; from overlap.harness import registry; found = {}\n"
        f"for name in {NAMES!r}:\n"
        "    before = set(sys.modules)\n"
        f"    registry.load({SCENARIOS!r}, name)\n"
        f"    found[name] = sorted({FRAMEWORKS!r} & (set(sys.modules) - before))\n"
        "print(json.dumps(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_importing_a_scenario_imports_no_framework(name, brought):
    """The plan and the question are read by the parent process, which must stay light and quick to start."""
    assert brought[name] == []
