"""Objects of frameworks, asked by methods of their own; each is a stand-in with the framework's signature."""

import asyncio
from typing import ClassVar

import pytest

from overlap.harness.application.adapting import built, methods
from overlap.harness.application.entry_points import entry_points
from overlap.harness.model.endpoint import Endpoint

ENDPOINT = Endpoint("http://127.0.0.1:9/v1")


class QueryEngine:
    """As LlamaIndex has it."""

    def query(self, str_or_query_bundle):
        """Return it."""
        return f"query {str_or_query_bundle}"

    async def aquery(self, str_or_query_bundle):
        """Return it."""
        return f"aquery {str_or_query_bundle}"


class Agent:
    """As pydantic-ai has it."""

    async def run(self, user_prompt=None, *, deps=None):  # noqa: ARG002  the framework's
        """Return it."""
        return f"run {user_prompt}"

    def run_sync(self, user_prompt=None, *, deps=None):  # noqa: ARG002  the framework's
        """Return it."""
        return f"run_sync {user_prompt}"


class Assistant:
    """As AutoGen has it: its one argument is named."""

    async def run(self, *, task=None, cancellation_token=None):  # noqa: ARG002  the framework's
        """Return it."""
        return f"run {task}"


class CodeAgent:
    """As smolagents has it."""

    def run(self, task, stream=False):  # noqa: ARG002, FBT002  the framework's
        """Return it."""
        return f"run {task}"


class Signature:
    """A signature of DSPy."""

    input_fields: ClassVar = {"question": None}


class Program:
    """As DSPy has it: nothing by position."""

    signature = Signature

    def __call__(self, *args, **kwargs):
        """Return it."""
        assert not args
        return f"call {kwargs['question']}"

    async def acall(self, *args, **kwargs):
        """Return it."""
        assert not args
        return f"acall {kwargs['question']}"


class Crew:
    """As CrewAI has it."""

    def kickoff(self, inputs=None):
        """Return it."""
        return f"kickoff {inputs}"

    async def kickoff_async(self, inputs=None):
        """Return it."""
        return f"kickoff_async {inputs}"


@pytest.mark.parametrize(
    ("thing", "answers"),
    [
        (QueryEngine(), {"ainvoke": "aquery why?", "invoke": "query why?"}),
        (Agent(), {"ainvoke": "run why?", "invoke": "run_sync why?"}),
        (Assistant(), {"ainvoke": "run why?"}),
        (CodeAgent(), {"invoke": "run why?"}),
        (Program(), {"ainvoke": "acall why?", "invoke": "call why?"}),
        (Crew(), {"ainvoke": "kickoff_async why?", "invoke": "kickoff why?"}),
    ],
    ids=["llamaindex", "pydantic-ai", "autogen", "smolagents", "dspy", "crewai"],
)
def test_an_object_of_a_framework_is_asked_by_its_own_methods(thing, answers):
    """It can be named as it stands, without a function around it."""
    app = built(thing, ENDPOINT, "app.py:thing")
    assert set(methods(app)) == set(answers)
    if "invoke" in answers:
        assert app.invoke("why?") == answers["invoke"]
    if "ainvoke" in answers:
        assert asyncio.run(app.ainvoke("why?")) == answers["ainvoke"]


def test_an_input_with_all_arguments_is_given_as_them():
    """As a line of --inputs has them."""
    app = built(Program(), ENDPOINT, "app.py:thing")
    assert app.invoke({"question": "why?", "context": "none"}) == "call why?"


async def run(question):
    """Return the question."""
    return question


class Bot:
    """A callable object of the user's, which can be run as a service, too."""

    def __call__(self, question):
        """Return it."""
        return question

    def run(self):
        """Serve it."""
        raise AssertionError


@pytest.mark.parametrize("thing", [run, QueryEngine, Bot(), "text", None, 7, print])
def test_what_is_no_object_of_a_framework_has_no_such_methods(thing):
    """What can be called is called; a class makes an object first."""
    assert entry_points(thing) == {}


def test_a_class_that_needs_nothing_makes_one():
    """As it does of any application."""
    assert built(QueryEngine, ENDPOINT, "app.py:thing").invoke("why?") == "query why?"
