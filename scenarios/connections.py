"""How many connections does a client open when more calls are in flight than it keeps alive?"""

from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import (
    as_count,
    calls_at_once,
    counted,
    in_each,
    ratio,
    variants,
    versus,
    without_interval,
)
from overlap.scenarios._langchain import anew
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "connections"
KEPT, DEFAULT, SMALL = "all kept alive", "SDK's defaults", "a pool of 50"

# Two waves of 150 calls; the SDK opens up to 1000 connections but keeps no more than 100 between calls.
PLAN = (
    Plan(
        strategies=("gather",),
        clients=("openai",),
        concurrency=(150,),
        waves=2,
        rounds=3,
        profile="steady,ttft=0.05,itl=0",
        variants=(KEPT, DEFAULT, SMALL),
    ),
)


class Defaults:
    """`AsyncOpenAI` on the HTTP client and the limits that it takes unasked."""

    def __init__(self, endpoint: Endpoint) -> None:
        from openai import AsyncOpenAI

        self._client = AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.api_key, timeout=endpoint.timeout, max_retries=0
        )
        self._model = endpoint.model

    async def ainvoke(self, prompt: str) -> Any:
        """Make one call."""
        messages: Any = [{"role": "user", "content": prompt}]
        return await self._client.chat.completions.create(model=self._model, messages=messages)

    async def aclose(self) -> None:
        """Close the HTTP client."""
        await self._client.close()


VARIANTS: dict[str, Builder] = {
    KEPT: lambda client, _endpoint: client,
    DEFAULT: lambda _client, endpoint: Defaults(endpoint),
    SMALL: lambda _client, endpoint: anew("openai", endpoint, max_connections=50),
}


def answer(summary: Summary) -> str | None:
    """Say how many connections each pool opened for the same calls, and what that cost."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    factor = ratio(summary, by_variant.get(DEFAULT), by_variant.get(KEPT), "connections")
    if not factor:
        return None
    sentences = [
        f"{name} {counted(cell, 'connections', 'connection')}, peak {as_count(cell, 'peak')} at the server, "
        f"{without_interval(cell, 'makespan')}, {without_interval(cell, 'cpu')} of CPU a call"
        for name, cell in by_variant.items()
    ]
    words = "The SDK's defaults open {} as many as a pool that keeps all alive"
    first = versus(factor, words, "The numbers of connections with the SDK's defaults and with all kept alive")
    return f"{first}. {calls_at_once(by_variant[DEFAULT])}: {'; '.join(sentences)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
