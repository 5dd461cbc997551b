"""A retriever without an async half: each lookup takes one of the few threads of asyncio's default executor."""

import time

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from langchain_openai import ChatOpenAI


def look_up(question):
    """Fetch what is known about *question*, as a driver that blocks does."""
    time.sleep(0.1)
    return {"question": question, "context": "A loop runs one callback after another."}


prompt = ChatPromptTemplate.from_messages([("system", "Use this: {context}"), ("human", "{question}")])
chain = RunnableLambda(look_up) | prompt | ChatOpenAI(model="gpt-4o-mini") | StrOutputParser()
