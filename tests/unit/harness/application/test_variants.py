"""Which function builds a variant of a scenario."""

from types import ModuleType

import pytest

from overlap.harness import registry
from overlap.harness.application.opening import build_from_scenario
from overlap.harness.application.variants import builder
from overlap.harness.model.endpoint import Endpoint


def scenario(**names):
    """Return a scenario with these *names*."""
    module = ModuleType("s")
    vars(module).update(names)
    return module


def test_a_variant_is_looked_up_in_the_scenarios_own_table():
    """Each name has a function of its own."""
    module = scenario(VARIANTS={"a": lambda client, _: [client], "b": lambda client, _: {client}})
    assert builder(module, "s", "a")("x", None) == ["x"]
    assert builder(module, "s", "b")("x", None) == {"x"}


@pytest.mark.parametrize("wrong", ["c", ""])
def test_an_unknown_variant_is_refused_with_those_that_there_are(wrong):
    """The check is made here, and no scenario makes it."""
    with pytest.raises(registry.Unknown, match=f"^no variant {wrong!r} of s; there are: a; b, c$"):
        builder(scenario(VARIANTS={"a": list, "b, c": list}), "s", wrong)


def test_a_scenario_without_a_table_builds_by_its_own_app():
    """`app(client, endpoint, variant)` in a user's file goes on as it was."""
    assert builder(scenario(app=print), "s", "anything") is None


def test_a_scenario_that_brings_its_own_client_has_variants_as_well():
    """Its functions take the endpoint alone; without them its app is given the variant."""
    endpoint = Endpoint("http://127.0.0.1:9/v1")
    table = scenario(VARIANTS={"a": lambda endpoint: lambda question: f"{endpoint.base_url} {question}"})
    plain = scenario(app=lambda endpoint, variant: lambda question: f"{variant} {endpoint.base_url} {question}")
    assert build_from_scenario(table, "s", endpoint, "a").invoke("?") == "http://127.0.0.1:9/v1 ?"
    assert build_from_scenario(plain, "s", endpoint, "b").invoke("?") == "b http://127.0.0.1:9/v1 ?"
    with pytest.raises(registry.Unknown, match="there are: a"):
        build_from_scenario(table, "s", endpoint, "b")
