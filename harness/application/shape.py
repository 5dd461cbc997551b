"""Brings a plain question into the shape that a LangChain or LangGraph application says it takes."""

from collections.abc import Callable
from typing import Any


def shape(app: Any) -> Callable[[Any], Any]:
    """
    Answer what makes an input of a question for *app*; it leaves alone what is no plain text.

    A graph whose state has `messages` gets one message of it. A prompt of several variables gets the question for
    each of them: such applications want `--inputs` with objects, and this keeps them going without.
    """
    fields = _fields(app)

    def shaped(question: Any) -> Any:
        if not fields or not isinstance(question, str):
            return question
        if "messages" in fields:
            return {"messages": [{"role": "user", "content": question}]}
        return dict.fromkeys(fields, question)

    return shaped


def _fields(app: Any) -> list[str]:
    """Answer what *app* must be given by name; nothing where a plain text will do."""
    ask = getattr(app, "get_input_jsonschema", None)
    if ask is None:
        return []
    try:
        schema = ask()
    except Exception:  # noqa: BLE001  a schema of somebody's own types; then its input goes as it is
        return []
    known = schema.get("properties") or {}
    if schema.get("type") != "object":
        return []
    if "messages" in known:
        return ["messages"]
    needed = [name for name in schema.get("required", ()) if known.get(name, {}).get("type") == "string"]
    # A prompt of one variable takes plain text; a graph takes none, and its state may ask for nothing by name.
    graph = hasattr(app, "get_graph") and type(app).__module__.startswith("langgraph")
    if graph and not needed:
        needed = [name for name, kind in known.items() if kind.get("type") == "string"][:1]
    return needed if graph or len(needed) > 1 else []
