"""Applications that cannot be pointed by the environment, each in its own way; and what can be done about it."""

from openai import AsyncOpenAI
from sdk_functions import ask

hard_coded = AsyncOpenAI(base_url="http://127.0.0.1:9/v1", api_key="sk-none", max_retries=0)


async def astray(question):
    """Ask where nobody is."""
    made = await hard_coded.chat.completions.create(**ask(question))
    return made.choices[0].message.content


async def silent(question):
    """Ask nobody."""
    return question


def build(endpoint):
    """Make the application for an endpoint."""
    client = AsyncOpenAI(base_url=endpoint.base_url, api_key=endpoint.api_key)

    async def answer(question):
        made = await client.chat.completions.create(**ask(question))
        return made.choices[0].message.content

    return answer
