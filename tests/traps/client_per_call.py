"""A client of its own for every call, each with TLS settings to load and a connection to open."""

from openai import AsyncOpenAI


async def answer(question):
    """Ask with a fresh client, and close it."""
    async with AsyncOpenAI() as client:
        reply = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
        )
    return reply.choices[0].message.content
