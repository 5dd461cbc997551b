"""What does it cost to make a client for every call, and what happens to one that outlives its event loop?"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import count
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import as_count, in_each, ratio, variants, versus, without_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["FAILS", "PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "client_lifetime"
SHARED, SDK, CHAT = "one AsyncOpenAI for all", "AsyncOpenAI per call", "ChatOpenAI per call"
LOOPS, FRESH = "asyncio.run per call, ChatOpenAI's cached client", "asyncio.run per call, client per call"
# The cached HTTP client belongs to a loop that is closed by the next call: every second one fails.
FAILS = (LOOPS,)

_EITHER = Plan(clients=("openai",), rounds=3, profile="instant", calls=24)
PLAN = (
    replace(_EITHER, strategies=("gather_bounded",), concurrency=(8,), variants=(SHARED, SDK, CHAT)),
    replace(_EITHER, strategies=("invoke",), concurrency=(1,), variants=(LOOPS, FRESH)),
)


class PerCall:
    """Makes what it needs anew for each call, from the libraries' own defaults, as application code does."""

    def __init__(self, endpoint: Endpoint, variant: str) -> None:
        self._base_url, self._key, self._model = endpoint.base_url, endpoint.api_key, endpoint.model
        self._ask = {SDK: self._sdk, CHAT: self._chat, LOOPS: self._chat, FRESH: self._sdk}[variant]

    async def ainvoke(self, prompt: str) -> Any:
        """Make a client and one call with it."""
        return await self._ask(prompt)

    def invoke(self, prompt: str) -> Any:
        """Make one call on an event loop of its own, as scripts and notebooks' cells do."""
        return asyncio.run(self._ask(prompt))

    async def _sdk(self, prompt: str) -> Any:
        from openai import AsyncOpenAI

        async with AsyncOpenAI(base_url=self._base_url, api_key=self._key, max_retries=0) as client:
            messages: Any = [{"role": "user", "content": prompt}]
            return await client.chat.completions.create(model=self._model, messages=messages)

    async def _chat(self, prompt: str) -> Any:
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        llm = ChatOpenAI(base_url=self._base_url, api_key=SecretStr(self._key), max_retries=0, model=self._model)
        return await llm.ainvoke(prompt)

    def close(self) -> None:
        """Forget the HTTP clients that LangChain keeps for the process, or they would outlive this slot's loop."""
        from langchain_openai.chat_models import _client_utils

        for kept in ("_cached_async_httpx_client", "_cached_sync_httpx_client"):
            if forget := getattr(getattr(_client_utils, kept, None), "cache_clear", None):
                forget()


def per_call(_client: Any, endpoint: Endpoint, variant: str) -> PerCall:
    """Build an application that makes a client for each call."""
    return PerCall(endpoint, variant)


VARIANTS: dict[str, Builder] = {
    SHARED: lambda client, _endpoint: client,
    **{name: partial(per_call, variant=name) for name in (SDK, CHAT, LOOPS, FRESH)},
}


def answer(summary: Summary) -> str | None:
    """Say what a client per call costs, and how many calls fail on a client that outlived its loop."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    factor = ratio(summary, by_variant.get(SDK), by_variant.get(SHARED), "cpu")
    if not factor:
        return None
    sentences = [
        f"{name} {without_interval(cell, 'cpu')}, {as_count(cell, 'connections')} connections"
        for name, cell in by_variant.items()
    ]
    first = versus(factor, "A client per call costs {} the CPU", "A client per call and a shared one")
    outlived = by_variant.get(LOOPS)
    failed = f" {count(outlived.errors, 'call')} of {outlived.calls} failed with {LOOPS}." if outlived else ""
    return f"{first}.{failed} CPU per call: {'; '.join(sentences)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
