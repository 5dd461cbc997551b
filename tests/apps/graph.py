"""A LangGraph graph whose state is a conversation: it answers, and then shortens its answer."""

from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph

model = ChatOpenAI(model="gpt-4o-mini")


async def answer(state):
    """Return the conversation."""
    return {"messages": [await model.ainvoke(state["messages"])]}


async def shorten(state):
    """Ask for the same in short."""
    return {"messages": [await model.ainvoke([*state["messages"], ("user", "Shorter.")])]}


builder = StateGraph(MessagesState)
builder.add_node("answer", answer)
builder.add_node("shorten", shorten)
builder.add_edge(START, "answer")
builder.add_edge("answer", "shorten")
builder.add_edge("shorten", END)
graph = builder.compile()
