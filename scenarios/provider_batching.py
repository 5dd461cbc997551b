"""Where the provider takes many inputs in one request, is that quicker than many requests at once?"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import as_count, counted, in_each, ratios, variants, versus, without_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "provider_batching"
INPUTS = 45
BATCH, GATHER, ONE = "completions, abatch", "completions, gather", "completions, one request"
EMBED_BATCH, EMBED_GATHER, EMBED_ONE = (
    "embeddings, aembed_documents",
    "embeddings, gather",
    "embeddings, one request",
)

# One call is `INPUTS` inputs. The mock takes as long for a list as for one input: the best case for a batch.
PLAN = (
    Plan(
        strategies=("ainvoke",),
        clients=("langchain",),
        concurrency=(1,),
        calls=2,
        rounds=3,
        profile="steady,ttft=0.1,itl=0",
        variants=(BATCH, GATHER, ONE, EMBED_BATCH, EMBED_GATHER, EMBED_ONE),
    ),
)


class Many:
    """One call is many inputs, handed to the provider in one way or another."""

    def __init__(self, endpoint: Endpoint, ask: "Way") -> None:
        from overlap.harness.clients._transport import blocking, on_httpx2

        self._ask = ask
        self._http, self._async_http = blocking(endpoint), on_httpx2(endpoint)
        self._endpoint = endpoint

    async def ainvoke(self, prompt: str) -> Any:
        """Ask for all inputs made of *prompt*."""
        return await self._ask(self, [f"{prompt} {number}" for number in range(INPUTS)])

    def completions(self, size: int = 20) -> Any:
        """Build the model class of the old completions endpoint, with *size* prompts a request."""
        from langchain_openai import OpenAI

        return self._made(OpenAI, max_tokens=8, batch_size=size)

    def embeddings(self, size: int = 20) -> Any:
        """Build the embeddings with *size* texts a request; counting tokens would want a download."""
        from langchain_openai import OpenAIEmbeddings

        return self._made(OpenAIEmbeddings, check_embedding_ctx_length=False, chunk_size=size, dimensions=8)

    def _made(self, kind: Callable[..., Any], **options: Any) -> Any:
        return kind(
            base_url=self._endpoint.base_url,
            api_key=self._endpoint.api_key,
            model=self._endpoint.model,
            max_retries=0,
            timeout=self._endpoint.timeout,
            http_client=self._http,
            http_async_client=self._async_http,
            **options,
        )

    async def aclose(self) -> None:
        """Close both HTTP clients."""
        self._http.close()
        await self._async_http.aclose()


async def gathered(ask: Callable[[str], Awaitable[Any]], inputs: list[str]) -> list[Any]:
    """Ask for each input by itself, all at once."""
    return await asyncio.gather(*map(ask, inputs))


Way = Callable[[Many, list[str]], Awaitable[Any]]
WAYS: dict[str, Way] = {
    BATCH: lambda many, inputs: many.completions().abatch(inputs),
    GATHER: lambda many, inputs: gathered(many.completions().ainvoke, inputs),
    ONE: lambda many, inputs: many.completions(INPUTS).abatch(inputs),
    EMBED_BATCH: lambda many, inputs: many.embeddings().aembed_documents(inputs),
    EMBED_GATHER: lambda many, inputs: gathered(many.embeddings().aembed_query, inputs),
    EMBED_ONE: lambda many, inputs: many.embeddings(INPUTS).aembed_documents(inputs),
}


def build(_client: Any, endpoint: Endpoint, way: Way) -> Many:
    """Build one way of asking; the classes are not the chat model's, so only their HTTP client is the same."""
    return Many(endpoint, way)


VARIANTS = {name: partial(build, way=way) for name, way in WAYS.items()}


def answer(summary: Summary) -> str | None:
    """Say for each way how many requests it made, how many at once, and what it took."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    pairs = {(way, GATHER): (by_variant.get(way), by_variant.get(GATHER)) for way in (BATCH, ONE)}
    pairs |= {
        (way, EMBED_GATHER): (by_variant.get(way), by_variant.get(EMBED_GATHER))
        for way in (EMBED_BATCH, EMBED_ONE)
    }
    factors = ratios(summary, pairs, "e2e.p50")
    if not factors:
        return None
    shown = [
        versus(factor, f"{way} takes {{}} as long as gather", f"{way} and gather")
        for (way, _), factor in factors.items()
    ]
    sentences = [
        f"{name} {without_interval(cell, 'e2e.p50')}, {counted(cell, 'requests_per_call', 'request')}, "
        f"{as_count(cell, 'peak')} at once"
        for name, cell in by_variant.items()
    ]
    first = "; ".join(shown)
    return f"{first[0].upper()}{first[1:]}. {INPUTS} inputs: {'; '.join(sentences)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
