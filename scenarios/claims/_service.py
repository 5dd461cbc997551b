"""A FastAPI service around a model: a plain endpoint, an async one, and an async one that blocks."""

import asyncio
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.probe import item

PLAIN, ASYNC, BLOCKING = "/plain", "/async", "/blocking"


@dataclass(frozen=True, slots=True)
class ServedRequests:
    """Requests that were served, the most calls open at the model at once, and the time of all and of one (ns)."""

    requests: int
    peak: int
    wall: int
    mean: int


def application(llm: Any) -> Any:
    """Make the service."""
    from fastapi import FastAPI

    app = FastAPI()

    @app.get(PLAIN)
    def plain(q: str) -> Any:
        return {"answer": llm.invoke(q).content}

    @app.get(ASYNC)
    async def asynchronous(q: str) -> Any:
        return {"answer": (await llm.ainvoke(q)).content}

    @app.get(BLOCKING)
    async def blocking(q: str) -> Any:  # that it awaits nothing is the point
        return {"answer": llm.invoke(q).content}

    return app


async def asked(bench: Bench, path: str, requests: int, ttft: float) -> ServedRequests:
    """
    Send *requests* to *path* at once, with a model that takes *ttft* seconds.

    The requests reach the application by the ASGI interface, without a socket of their own.
    """
    import httpx

    transport = httpx.ASGITransport(application(bench.model(ttft)))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        warm = item(0, "Warm up.", warmup=True).prompt
        await asyncio.gather(*(client.get(path, params={"q": warm}) for _ in range(min(requests, 20))))
        bench.take()
        began = monotonic_ns()

        async def one(prompt: str) -> Any:
            (await client.get(path, params={"q": prompt})).raise_for_status()
            return monotonic_ns() - began

        ends = await asyncio.gather(*map(one, bench.prompts(requests)))
    peak = bench.take().peak
    return ServedRequests(requests, peak, wall=max(ends), mean=sum(ends) // len(ends))
