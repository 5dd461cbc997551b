"""An agent: a model that may call two tools, asked until it answers in words."""

import asyncio
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI

STEPS = 4


@tool
async def weather(city: str) -> str:
    """Tell the weather in a city."""
    await asyncio.sleep(0.01)
    return f"Sunny in {city}."


@tool
async def distance(start: str, end: str) -> str:
    """Tell how far it is from one city to another."""
    await asyncio.sleep(0.01)
    return f"It is 42 km from {start} to {end}."


class ServiceAgent:
    """Calls the tools that the model asks for, side by side, and hands it their results, at most four times."""

    def __init__(self, model: ChatOpenAI) -> None:
        self._tools: dict[str, BaseTool] = {each.name: each for each in (weather, distance)}
        self._model = model.bind_tools(list(self._tools.values()))

    async def ainvoke(self, question: str) -> str:
        """Return *question*, with as many rounds of tools as the model wants."""
        exchange: list[BaseMessage] = [HumanMessage(question)]
        for _ in range(STEPS):
            answer: Any = await self._model.ainvoke(exchange)
            exchange.append(answer)
            if not answer.tool_calls:
                break
            exchange += await asyncio.gather(
                *(self._tools[call["name"]].ainvoke(call) for call in answer.tool_calls)
            )
        return str(exchange[-1].content)
