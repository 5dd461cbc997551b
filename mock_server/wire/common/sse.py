"""Server-sent events: how one is framed, and what ends a stream."""

DONE = b"data: [DONE]\n\n"


def named(event: str, data: str) -> bytes:
    """Frame an event with a name, as Responses does."""
    return f"event: {event}\ndata: {data}\n\n".encode()
