"""The OpenAI SDK in functions of every kind, with clients made at import as most programs have them."""

from openai import AsyncOpenAI, OpenAI

MODEL = "gpt-4o-mini"
client = AsyncOpenAI()
blocking = OpenAI()


def ask(question):
    """Return the arguments of a request."""
    return {"model": MODEL, "messages": [{"role": "user", "content": question}]}


async def answer(question):
    """Return in one piece."""
    made = await client.chat.completions.create(**ask(question))
    return made.choices[0].message.content


def answer_blocking(question):
    """Return in one piece, on the caller's thread."""
    return blocking.chat.completions.create(**ask(question)).choices[0].message.content


async def pieces(question):
    """Yield the SDK's chunks as they come."""
    async for chunk in await client.chat.completions.create(**ask(question), stream=True):
        yield chunk


async def opened(question):
    """Return a stream, not its content."""
    return await client.chat.completions.create(**ask(question), stream=True)


async def rewritten(question):
    """Ask twice, in words of its own: what it was asked never reaches the wire."""
    del question
    return [await answer("Say something about rain."), await answer("Shorter.")]
