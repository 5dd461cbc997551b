"""Do an agent's tools run side by side, and what does one that blocks cost all other agents?"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import counted, in_each, ratios, variants, versus, without_interval
from overlap.scenarios._langchain import model
from overlap.scenarios._questions import questions as prompts

__all__ = ["PACKAGES", "PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "agent"
PACKAGES = {"langchain": "agents"}
TAKES = 0.05
ASYNC, SYNC, BLOCKING = "async def tools", "def tools", "async def tools that block"

# Two requests of 50 ms, and between them two tools of 50 ms: 150 ms where all overlap that can.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=("langchain",),
        concurrency=(1, 8),
        calls=2,
        rounds=3,
        profile="steady,ttft=0.05,itl=0",
        variants=(ASYNC, SYNC, BLOCKING),
    ),
)


async def look_up(name: str) -> str:
    """Look up a name in a service that answers after 50 ms."""
    await asyncio.sleep(TAKES)
    return f"{name} is known"


def look_up_in_thread(name: str) -> str:
    """Look up a name by a blocking driver; LangChain gives it a thread."""
    time.sleep(TAKES)
    return f"{name} is known"


async def look_up_blocking(name: str) -> str:
    """Look up a name by a blocking driver, on the loop's own thread: the mistake."""
    time.sleep(TAKES)  # noqa: ASYNC251  the mistake is what is measured
    return f"{name} is known"


class Agent:
    """`create_agent`, asked with a plain prompt."""

    def __init__(self, llm: Any, look_up: Callable[..., Any]) -> None:
        from langchain.agents import create_agent
        from langchain_core.tools import StructuredTool

        func, coroutine = (None, look_up) if asyncio.iscoroutinefunction(look_up) else (look_up, None)
        tools = [
            StructuredTool.from_function(func, coroutine, name=name, description=f"Look up {what} by its name.")
            for name, what in (("person", "a person"), ("place", "a place"))
        ]
        self._graph: Any = create_agent(llm, tools)

    async def ainvoke(self, prompt: str) -> Any:
        """Run the agent to its end."""
        return await self._graph.ainvoke({"messages": [("user", prompt)]})


def build(client: Any, _endpoint: Endpoint, look_up: Callable[..., Any]) -> Agent:
    """Build the agent with two tools that call *look_up*."""
    return Agent(model(client), look_up)


VARIANTS = {
    ASYNC: partial(build, look_up=look_up),
    SYNC: partial(build, look_up=look_up_in_thread),
    BLOCKING: partial(build, look_up=look_up_blocking),
}


def answer(summary: Summary) -> str | None:
    """Say what one agent and several at once take with each kind of tool."""
    return in_each(summary, SCENARIO, _answer, "variant", "concurrency")


def _answer(summary: Summary) -> str | None:
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    at = {width: variants(summary, scenario=SCENARIO, concurrency=width) for width in widths}
    pairs = {width: (by_variant.get(BLOCKING), by_variant.get(ASYNC)) for width, by_variant in at.items()}
    factors = ratios(summary, pairs, "e2e.p50")
    return " ".join(_at(width, at[width], factor) for width, factor in factors.items()) or None


def _at(width: int, by_variant: dict[str, CellSummary], factor: Estimate) -> str:
    took = "; ".join(
        f"{name} {without_interval(cell, 'e2e.p50')}, {counted(cell, 'requests_per_call', 'request')}"
        for name, cell in by_variant.items()
    )
    word = "One agent" if width == 1 else f"{width:,} agents at once"
    slower = versus(factor, "tools that block take {} as long", "blocking and asynchronous tools")
    return f"{word}, each: {took}; {slower}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
