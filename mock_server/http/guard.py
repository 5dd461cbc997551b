"""
Guards the control endpoints: programs that mean this server may use them, pages in a browser never.

A page on any site can have a browser send requests to this host, and with a name of its own that it lets point
here (DNS rebinding) it can read the answers too. Such a request names a host that is not ours, or its origin, or
is of a kind that needs no leave to be sent.
"""

import hmac
import ipaddress
import re
from collections.abc import Iterable, Mapping

from overlap.mock_server.wire.common import errors

_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::\d{0,5})?")
_LOCAL = "localhost"
_WHERE = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_TOKEN = re.compile(r"[!-~]*")
_BEARER = b"bearer "


def host_name(header: str) -> str | None:
    """
    Return the name or address in a Host header, without its port; None for what is no host.

    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("a@localhost")
    ('localhost', '::1', None)
    """
    match = _HOST.fullmatch(header.strip())
    return (match["six"] or match["name"]).lower().removesuffix(".") if match else None


def address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that *name* spells, an IPv4 one where it is mapped into IPv6; None for other names."""
    try:
        match = ipaddress.ip_address(name)
    except ValueError:
        return None
    return getattr(match, "ipv4_mapped", None) or match


class Guard:
    """
    Decides about control requests to a server that listens on *host*.

    *names* are further names of the server; *token*, where there is one, is what each request must carry.
    """

    def __init__(self, host: str, names: Iterable[str] = (), token: str = "") -> None:
        self._token = token.encode()
        self._names = {_LOCAL, *(name.lower().removesuffix(".") for name in (host, *names))}
        bound = address(host or "0.0.0.0")  # noqa: S104 - what an empty host means
        self._everywhere = bound is not None and bound.is_unspecified
        self._bound = bound

    def ours(self, header: bytes | None) -> bool:
        """Return whether the Host header *header* means this server."""
        name = host_name(header.decode("latin-1")) if header is not None else None
        if name is None:
            return False
        where = address(name)
        if where is None:
            return name in self._names
        # Nobody can have an address point elsewhere: on all interfaces, each is one of ours as far as we can tell.
        return where.is_loopback or where == self._bound or self._everywhere or name in self._names

    def check(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        """Raise `Refused` for a request that must not be answered."""
        if not self.ours(headers.get(b"host")):
            raise errors.forbidden("The Host header names another server; --allow-host adds a name of this one.")
        if b"origin" in headers:
            raise errors.forbidden("This is not for web pages: a request with an Origin header is refused.")
        if self._token:
            header = headers.get(b"authorization", b"")
            header = header[len(_BEARER) :] if header[: len(_BEARER)].lower() == _BEARER else header
            if not hmac.compare_digest(header.strip(), self._token):
                raise errors.unauthorized(header.decode("utf-8", "replace"))
        if method == "POST":
            kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
            if kind != b"application/json":
                raise errors.unsupported_media("application/json")


def usable(name: str) -> bool:
    """Return whether *name* can be the name or address in a Host header."""
    return _WHERE.fullmatch(name) is not None


def sendable(token: str) -> bool:
    """Return whether a client can send *token* in a header, so that it arrives as it was written."""
    return _TOKEN.fullmatch(token) is not None
