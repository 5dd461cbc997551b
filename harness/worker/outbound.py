"""
Keeps a worker from reaching anything but the mock: other connections are refused before a byte is sent.

Python reports every connection and every name that is looked up to an audit hook; uvloop does both by itself, so
its loop is asked instead (`Guarded`). Allowed are the server that is measured against, sockets that do not leave
this machine's files, ports that this process or one that it started listens on, and what the user named. The
limit: a library that opens sockets in code of its own, as gRPC does, reports to nobody.
"""

import asyncio
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from errno import EACCES
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from overlap.harness.application.blame import own_line
from overlap.harness.model.endpoint import host_and_port

ALL = "all"
_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_LISTENING = "0A"  # a state in /proc/net/tcp
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class NotAllowedError(PermissionError):
    """A connection to a host that the run may not reach; nothing was sent."""


class Outbound:
    """What this process may connect to; `refused` counts the rest, by `host:port`."""

    def __init__(self) -> None:
        self.watching = self._open = False
        self._addresses: set[tuple[str, int | None]] = set()
        self._names: dict[str, set[int | None]] = {}
        self._own_ports: set[int] = set()
        self._busy = threading.local()
        self.refused: Counter[str] = Counter()

    def begin(self) -> None:
        """Watch this process, a worker, from now on: nothing is allowed before `admit`."""
        self.watching = True
        sys.addaudithook(self._hear)

    def admit(self, urls: Iterable[str], hosts: Iterable[str] = ()) -> None:
        """
        From now on allow nothing but the servers at *urls*, and *hosts*: `name`, `name:port`, or `all`.

        Counting begins anew.
        """
        self._addresses.clear()
        self._names.clear()
        self.refused.clear()
        hosts = set(hosts)
        self._open = ALL in hosts
        for url in urls:
            parts = urlsplit(url)
            self._allow(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        for host in hosts - {ALL}:
            self._allow(*host_and_port(host))
        if not self.watching:
            self._watching = True
            sys.addaudithook(self._hear)

    def _allow(self, host: str, port: int | None) -> None:
        if _ip(host):
            self._addresses.add((str(_ip(host)), port))
        else:
            self._names.setdefault(host.lower(), set()).add(port)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CONNECTS:
            address = arguments[1]
            # A path, or what another kind of socket has for an address, is on this machine.
            if isinstance(address, tuple) and arguments[0].family in {socket.AF_INET, socket.AF_INET6}:
                self.check(address[0], address[1])
        elif event in _LOOKS_UP:
            self.check(arguments[0], arguments[1] if len(arguments) > 1 else None)

    def check(self, host: Any, port: Any) -> None:
        """Raise `NotAllowedError` unless *host* may be reached at *port*; without a port, at any."""
        if self._open or not self.watching or getattr(self._busy, "now", False) or host is None:
            return
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        number = int(port) if str(port).isdigit() else None
        if not self._allowed(name, number):
            self._refuse(name, number)

    def _allowed(self, name: str, port: int | None) -> bool:
        address = _ip(name)
        if address is None:
            return name.lower() in {"localhost", ""} or self._named(name.lower(), port)
        if {(str(address), port), (str(address), None)} & self._addresses:
            return True
        here = address.is_loopback or address.is_unspecified
        # A name is looked up without a port; the connection that follows has one.
        return here and (port is None or self._served(port) or bool({port, None} & self._local()))

    def _local(self) -> set[int | None]:
        """Return the ports of this machine that the user or the run named; None stands for all."""
        ports = {port for address, port in self._addresses if ip_address(address).is_loopback}
        return ports | self._names.get("localhost", set())

    def _named(self, name: str, port: int | None) -> bool:
        """Return whether *name* may be looked up; the addresses it has may then be connected to."""
        ports = self._names.get(name)
        if ports is None or not (port is None or {port, None} & ports):
            return False
        self._busy.now = True
        try:
            for *_, address in socket.getaddrinfo(name, None):
                self._addresses |= {(str(_ip(str(address[0]))), each) for each in ports}
        except OSError:
            pass  # whoever looks it up next is told
        finally:
            self._busy.now = False
        return True

    def _served(self, port: int) -> bool:
        """Return whether this process, or one that it started, listens on *port*."""
        if port not in self._own_ports and port in set(_listened(os.getpid())):
            self._own_ports.add(port)
        return port in self._own_ports

    def _refuse(self, name: str, port: int | None) -> None:
        host = f"[{name}]" if ":" in name else name
        place = host if port is None else f"{host}:{port}"
        self.refused[place] += 1
        line = own_line()
        source = f" by {line}" if line else ""
        message = f"nothing was sent to {place}{source}: a run reaches the mock only; --allow {place} permits it"
        raise NotAllowedError(EACCES, message)


OUTBOUND = Outbound()


class Guarded:
    """An event loop that asks before it looks up a name or connects; to be mixed into one."""

    async def getaddrinfo(self, host: Any, port: Any, **more: Any) -> Any:
        """Look *host* up, if that is allowed."""
        OUTBOUND.check(host, port)
        return await super().getaddrinfo(host, port, **more)  # type: ignore[misc]

    async def create_connection(self, factory: Any, host: Any = None, port: Any = None, **more: Any) -> Any:
        """Connect to *host*, if that is allowed."""
        OUTBOUND.check(host, port)
        return await super().create_connection(factory, host, port, **more)  # type: ignore[misc]

    async def sock_connect(self, sock: Any, address: Any) -> Any:
        """Connect *sock*, if that is allowed."""
        if isinstance(address, tuple):
            OUTBOUND.check(*address[:2])
        return await super().sock_connect(sock, address)  # type: ignore[misc]


class GuardedAsyncio(Guarded, asyncio.SelectorEventLoop):  # type: ignore[misc]
    """asyncio's own loop, as `asyncio.new_event_loop` makes it, which asks first."""


def proxies() -> list[str]:
    """Return the addresses of the proxies in this process's environment."""
    names = (*_PROXIES, *map(str.lower, _PROXIES))
    return [os.environ[name] for name in names if "//" in os.environ.get(name, "")]


def _ip(host: str) -> Any:
    with suppress(ValueError):
        address = ip_address(host.partition("%")[0])
        return getattr(address, "ipv4_mapped", None) or address
    return None


def _listened(process: int) -> Iterator[int]:
    """Yield the ports that *process* and those it started listen on; none where the system has no /proc."""
    sockets = set()
    for pid in _family(process):
        with suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    sockets.add(os.readlink(descriptor))  # noqa: PTH115  no path, but what a descriptor is
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path(f"/proc/self/net/{table}").read_text("ascii").splitlines()[1:]:
                words = line.split()
                if words[3] == _LISTENING and f"socket:[{words[9]}]" in sockets:
                    yield int(words[1].rpartition(":")[2], 16)


def _family(process: int) -> set[int]:
    """Return *process* and all that descend from it."""
    parents: dict[int, int] = {}
    with suppress(OSError):
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                with suppress(OSError, ValueError, IndexError):
                    # The name in parentheses may hold anything; behind it stand the state and the parent.
                    parents[int(each.name)] = int((each / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family
