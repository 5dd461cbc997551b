"""The endpoints that load can be put on: a table of name, path, what is sent and how the answer comes."""

from dataclasses import dataclass
from typing import Any, Literal

How = Literal["whole", "stream", "websocket"]


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """One endpoint; `direct` ones are those of an OpenAI-compatible server, without a service in between."""

    name: str
    path: str
    how: How
    about: str
    direct: bool = False
    several: int = 0

    def body(self, prompt: str) -> dict[str, Any]:
        """Answer what is sent for *prompt*."""
        if self.direct:
            messages = [{"role": "user", "content": prompt}]
            if self.how == "whole":
                return {"model": "mock-model", "messages": messages, "stream": False}
            # Without its usage a stream does not say how many tokens it has, and there is no TPOT.
            usage = {"include_usage": True}
            return {"model": "mock-model", "messages": messages, "stream": True, "stream_options": usage}
        if self.several:
            return {"questions": [f"{prompt} ({number + 1})" for number in range(self.several)]}
        return {"question": prompt}


ENDPOINTS: dict[str, ServiceEndpoint] = {
    each.name: each
    for each in (
        ServiceEndpoint("invoke", "/invoke", "whole", "def + invoke: a thread of the pool for each request"),
        ServiceEndpoint(
            "async_invoke", "/async-invoke", "whole", "async def + invoke: the mistake, which blocks the loop"
        ),
        ServiceEndpoint("ainvoke", "/ainvoke", "whole", "async def + ainvoke"),
        ServiceEndpoint("abatch", "/abatch", "whole", "abatch over four questions", several=4),
        ServiceEndpoint("stream", "/stream", "stream", "astream, by server-sent events"),
        ServiceEndpoint("websocket", "/ws", "websocket", "astream, by WebSocket"),
        ServiceEndpoint("agent", "/agent", "whole", "an agent that calls two tools"),
        ServiceEndpoint("retrieval", "/retrieval", "whole", "retrieval from a vector store, then an answer"),
        ServiceEndpoint(
            "chat", "/v1/chat/completions", "whole", "the server itself, no service between", direct=True
        ),
        ServiceEndpoint(
            "chat_stream", "/v1/chat/completions", "stream", "the server itself, streamed", direct=True
        ),
    )
}


def class_name(endpoint: str) -> str:
    """Answer the name of the Locust user of *endpoint*, as its page shows it: `async_invoke`, `AsyncInvoke`."""
    return "".join(part.capitalize() for part in endpoint.split("_"))
