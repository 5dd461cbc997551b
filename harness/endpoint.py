"""Where the calls go: one OpenAI-compatible server, and everything a client must be told about it on purpose."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One server and the settings that every client is given alike, so that none runs on its library's defaults.

    `base_url` ends before `/chat/completions` (`http://127.0.0.1:8000/v1`). Times are seconds. `timeout` is the
    longest wait for a free connection, for connecting, and between two reads; it is not a limit on a whole call.
    `max_connections` is the pool's size, all of them kept alive; idle ones are closed after `keepalive`, which is
    below the five seconds after which uvicorn closes them itself, since a request sent into a connection that is
    just being closed fails. `max_tokens` None leaves the answer's length to the server. `stream_usage` asks for
    the chunk of token counts at the end of a stream. The key is not in the repr; `dataclasses.asdict` has it.

    Raises `ValueError` for a URL without http(s) and a host, and for numbers that no client could work with.
    """

    base_url: str
    api_key: str = field(default="none", repr=False)
    model: str = "mock-model"
    timeout: float = 60.0
    max_retries: int = 0
    max_connections: int = 1000
    keepalive: float = 4.0
    max_tokens: int | None = None
    stream_usage: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"base_url {self.base_url!r} is no http:// or https:// address")
        if self.timeout <= 0 or self.keepalive <= 0:
            raise ValueError(f"timeout {self.timeout} and keepalive {self.keepalive} must be above zero")
        if self.max_retries < 0 or self.max_connections < 1:
            raise ValueError(
                f"max_retries {self.max_retries} or max_connections {self.max_connections} is too small"
            )

    @property
    def tls(self) -> bool:
        """Whether the wire is encrypted; a TLS context costs 17 ms of CPU, and plain HTTP never uses it."""
        return urlsplit(self.base_url).scheme == "https"

    def url(self, path: str) -> str:
        """Answer the address of *path* below the base URL: `url("chat/completions")`."""
        return f"{self.base_url.rstrip('/')}/{path}"
