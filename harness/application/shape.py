"""Brings a plain question into the shape that a LangChain or LangGraph application's input schema requires."""

from collections.abc import Callable
from typing import Any


def shape(app: Any) -> Callable[[Any], Any]:
    """
    Return a function that turns a question into an input of *app*; it returns anything but a plain text unchanged.

    For a graph whose state has `messages`, the question becomes one message. For a prompt of several variables,
    the question is given for each of them, so that such an application runs even without `--inputs` with objects.
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
    """Return the names of the fields that the input of *app* must have; empty if it takes a plain text."""
    ask = getattr(app, "get_input_jsonschema", None)
    if ask is None:
        return []
    try:
        schema = ask()
    except Exception:  # noqa: BLE001  the schema of the user's own types may raise; then inputs stay as they are
        return []
    properties = schema.get("properties") or {}
    if schema.get("type") != "object":
        return []
    if "messages" in properties:
        return ["messages"]
    needed = [name for name in schema.get("required", ()) if properties.get(name, {}).get("type") == "string"]
    # A prompt of one variable takes plain text; a graph does not, and its state may have no required field.
    graph = hasattr(app, "get_graph") and type(app).__module__.startswith("langgraph")
    if graph and not needed:
        needed = [name for name, kind in properties.items() if kind.get("type") == "string"][:1]
    return needed if graph or len(needed) > 1 else []
