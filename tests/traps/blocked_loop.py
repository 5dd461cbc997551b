"""An `async def` that blocks: while it sleeps, no other call gets on."""

import time

from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="gpt-4o-mini")


async def answer(question):
    """Fetch the user's settings with a client that blocks, then ask."""
    settings = fetch_settings(question)
    reply = await model.ainvoke(f"{question} Answer in {settings['language']}.")
    return reply.content


def fetch_settings(question):
    """Ask a service that takes 20 ms, as `requests.get` would."""
    time.sleep(0.02)
    return {"language": "French" if "?!" in question else "English"}
