"""A semaphore from the days of a smaller quota: four calls at a time, however many are asked for."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()
polite = asyncio.Semaphore(4)


async def answer(question):
    """Ask when it is our turn."""
    async with polite:
        reply = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
    return reply.choices[0].message.content
