"""One Locust user for each endpoint of the table, made of the table."""

import random
from typing import Any

from locust import task

from overlap.harness import registry
from overlap.harness.load.call_log import SILENT, Beside
from overlap.harness.load.endpoints import ENDPOINTS, ServiceEndpoint, class_name
from overlap.harness.load.locust_user import StreamingUser
from overlap.harness.load.socket_call import WebSocketCall
from overlap.harness.probe import CallMark, tag

SCENARIO = "overlap.scenarios.service"


class ServiceUser(StreamingUser):
    """Asks one endpoint, again and again; its first call is a warm-up that nobody counts."""

    abstract = True
    endpoint: ServiceEndpoint

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        seed = getattr(environment.parsed_options, "overlap_seed", 7)
        self._prompts = registry.imported(SCENARIO).prompts(random.Random(seed))
        self._web: WebSocketCall | None = None

    def on_start(self) -> None:
        """Open the connection, and let the service open its own, before anything is counted."""
        self.one(warmup=True)

    @task
    def asking(self) -> None:
        """Make the next call."""
        self.one()

    def one(self, *, warmup: bool = False) -> None:
        """Make one call in the way the endpoint answers."""
        each, body = self.endpoint, self.endpoint.body(f"[call] {next(self._prompts)}")
        if each.how == "stream":
            self.stream(each.path, body, name=each.name, warmup=warmup)
        elif each.how == "whole":
            self.ask(each.path, body, name=each.name, warmup=warmup)
        else:
            self._over_websocket(body, warmup=warmup)

    def _over_websocket(self, body: dict[str, Any], *, warmup: bool) -> None:
        web = self._web = self._web or WebSocketCall(str(self.host), self.endpoint.path, self.timeout)
        parts: list[bytes] = []

        def exchange(mark: CallMark) -> tuple[int, str | None, Beside]:
            label = f"[call {tag(mark.item.index, warmup=warmup)}]"
            labelled = {name: text.replace("[call]", label) for name, text in body.items()}
            return 101, web.ask(labelled, mark, parts), SILENT

        self.timed(self.endpoint.name, exchange, parts, streamed=True, warmup=warmup)

    def on_stop(self) -> None:
        """Close both connections."""
        super().on_stop()
        if self._web:
            self._web.close()


def user_class(endpoint: ServiceEndpoint, timeout: float) -> type[ServiceUser]:
    """Make the Locust user of *endpoint*."""
    return type(
        class_name(endpoint.name),
        (ServiceUser,),
        {"endpoint": endpoint, "timeout": timeout, "__doc__": endpoint.about},
    )


def user_classes(timeout: float, *, direct: bool) -> list[type[ServiceUser]]:
    """Make the users of all endpoints that one address has: those of the service, or those of an LLM server."""
    return [user_class(each, timeout) for each in ENDPOINTS.values() if each.direct == direct]
