"""The tools of an experiment: models and chains on the mock server, its journal, and the executor's count."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import cached_property
from typing import Any

from overlap.harness.claims.threads import Counted
from overlap.harness.mock.control import ServerLost, configure
from overlap.harness.mock.journal import Journal, take
from overlap.harness.model.config import default_executor
from overlap.harness.probe import item


class Bench:
    """
    One mock server and the libraries under test, on HTTP clients that live as long as the experiment's loop.

    Latencies are seconds: `ttft` until the first token, `itl` between any two. An answer in one piece comes after
    `ttft + (tokens - 1) * itl`. There are no retries unless asked for: they would hide what happens.
    """

    def __init__(self, base_url: str, executor: Counted | None = None) -> None:
        self.base_url = base_url
        self.pool = default_executor()
        self._executor = executor
        self._open = AsyncExitStack()

    @property
    def hops(self) -> int:
        """Return how many jobs the loop's default executor has been given so far."""
        return self._executor.hops if self._executor else 0

    def model(self, ttft: float = 0.0, itl: float = 0.0, tokens: int = 4, **options: Any) -> Any:
        """Make a `ChatOpenAI` whose answers take that long."""
        from langchain_openai import ChatOpenAI

        return self._made(ChatOpenAI, ttft, itl, tokens, **options)

    def completions(self, ttft: float = 0.0, **options: Any) -> Any:
        """Make an `OpenAI`, the class of the older completions endpoint, which takes lists of prompts."""
        from langchain_openai import OpenAI

        return self._made(OpenAI, ttft, 0.0, 4, **options)

    def chain(self, ttft: float = 0.0, itl: float = 0.0, tokens: int = 4) -> Any:
        """Make the chain that tutorials start with: prompt | model | parser; it takes a plain string."""
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.prompts import ChatPromptTemplate

        return (
            ChatPromptTemplate.from_messages([("human", "{q}")])
            | self.model(ttft, itl, tokens)
            | StrOutputParser()
        )

    def _made(self, kind: Callable[..., Any], ttft: float, itl: float, tokens: int, **options: Any) -> Any:
        return kind(
            model="mock-model",
            base_url=f"{self.base_url}/v1",
            api_key="none",
            timeout=60.0,
            max_retries=0,
            http_client=self._http,
            http_async_client=self._async_http,
            default_headers={
                "x-overlap-profile": f"steady,ttft={ttft:g},itl={itl:g}",
                "x-overlap-tokens": str(tokens),
            },
            **options,
        )

    # The SDK's own clients with the SDK's own limits; whichever library the SDK is built upon. Without `verify`
    # there is no TLS context to build, which costs 20 ms; the wire is plain anyway.

    @cached_property
    def _http(self) -> Any:
        import openai

        return self._open.enter_context(openai.DefaultHttpxClient(timeout=60.0, trust_env=False, verify=False))

    @cached_property
    def _async_http(self) -> Any:
        import openai

        client = openai.DefaultAsyncHttpxClient(timeout=60.0, trust_env=False, verify=False)
        self._open.push_async_callback(client.aclose)
        return client

    def prompts(self, count: int) -> list[str]:
        """Return that many prompts, tagged from 000000 on."""
        return [item(index, "Say something about an event loop.").prompt for index in range(count)]

    async def warm(self, runnable: Any, calls: int = 2) -> None:
        """Open connections by calls that the server answers at once, then forget what it saw."""
        await runnable.abatch([item(index, "Warm up.", warmup=True).prompt for index in range(calls)])
        self.take()

    def take(self, patience: float = 2.0) -> Journal:
        """Take what the server saw since the last time; raises `ServerLost` if it keeps no journal."""
        journal = take(self.base_url, patience)
        if journal is None:
            raise ServerLost("the server keeps no journal")
        return journal

    def serve(self, fault: Sequence[str]) -> None:
        """Have the server fail in other ways from now on: `serve(fault=["status,code=500,tag=000001"])`."""
        configure(self.base_url, {"fault": fault})

    def begin(self) -> None:
        """Put the server back as it was started, and forget what it saw."""
        self.serve(fault=[])
        self.take()

    async def aclose(self) -> None:
        """Close the HTTP clients."""
        await self._open.aclose()
