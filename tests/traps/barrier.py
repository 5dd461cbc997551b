"""Drafts first, then polishes: `abatch` has every part wait for the slowest draft."""

from langchain_core.runnables import RunnableLambda
from langchain_openai import ChatOpenAI

brief = ChatOpenAI(model="gpt-4o-mini", max_tokens=1)
full = ChatOpenAI(model="gpt-4o-mini")


async def draft(part):
    """Draft a part at length, or in a word."""
    reply = await (full if part["long"] else brief).ainvoke(part["question"])
    return {**part, "draft": reply.content}


async def polish(part):
    """Sum up what was drafted at length, and spell out what was not."""
    reply = await (brief if part["long"] else full).ainvoke(f"{part['question']} {part['draft']}")
    return reply.content


write = RunnableLambda(draft) | RunnableLambda(polish)


async def answer(question):
    """Write an answer in two parts, of which one is long."""
    parts = [{"question": question, "long": long} for long in (True, False)]
    return "\n".join(await write.abatch(parts))
