"""Where the calls go: one OpenAI-compatible server, and everything a client must be told about it on purpose."""

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit


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
        """Return the address of *path* below the base URL: `url("chat/completions")`."""
        return f"{self.base_url.rstrip('/')}/{path}"


@dataclass(frozen=True, slots=True)
class Remote:
    """
    A real endpoint as a worker is told of it: where, which model, the NAME of its key's variable, what is left.

    *requests* and *tokens* (prompts and answers together) are what may still be spent; *max_tokens* is asked of
    every answer. The key itself is only ever in the environment.
    """

    base_url: str
    model: str
    key_env: str | None
    max_tokens: int
    requests: int
    tokens: int

    def endpoint(self, timeout: float, max_retries: int, max_connections: int) -> Endpoint:
        """Return the endpoint for clients; they request the usage of streams, since no journal counts tokens."""
        return Endpoint(
            base_url=self.base_url,
            api_key=key_of(self.key_env),
            model=self.model,
            timeout=timeout,
            max_retries=max_retries,
            max_connections=max_connections,
            max_tokens=self.max_tokens,
            stream_usage=True,
        )


def key_of(name: str | None) -> str:
    """
    Return the key in the environment variable *name*.

    "none" if *name* is None, because clients require a key.
    """
    return os.environ.get(name, "") if name else "none"


def address(words: str) -> str:
    """
    Return the base URL that *words* mean: with `/v1` where they have no path, without a trailing endpoint.

    Raises `ValueError` for what is no address of an endpoint, and for one that has a key in it.

    >>> address("http://127.0.0.1:11434"), address("https://api.example.org/openai/v1/chat/completions/")
    ('http://127.0.0.1:11434/v1', 'https://api.example.org/openai/v1')
    """
    try:
        parts = urlsplit(words.strip())
        there = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1)
    except ValueError:
        there = False
    # Not quoted where it could hold a key.
    if there and (parts.username or parts.password or parts.query or parts.fragment):
        raise ValueError("base_url may not hold a user, password, query or fragment; a key goes by api_key_env")
    if not there:
        raise ValueError(f"base_url {words!r} is no http:// or https:// address, as in http://127.0.0.1:11434/v1")
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", "", ""))


def loopback(base_url: str) -> bool:
    """Return whether *base_url* is on this host, where requests cost no money."""
    host = urlsplit(base_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(host: str) -> tuple[str, int | None]:
    """
    Return the name and the port in *host*; None if it names no port. Raise ValueError for what is neither.

    >>> host_and_port("db.internal:5432"), host_and_port("[::1]:80"), host_and_port("example.org")
    (('db.internal', 5432), ('::1', 80), ('example.org', None))
    """
    parts = urlsplit(f"//{host}")
    if not parts.hostname or " " in host or parts.path or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{host!r} is no host, as in db.internal or db.internal:5432")
    return parts.hostname, parts.port
