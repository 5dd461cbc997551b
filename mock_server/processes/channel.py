"""Messages between the processes of one server: tuples, framed by their length, over a pair of sockets."""

import asyncio
import pickle
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

_LENGTH = struct.Struct("!I")


class Channel(asyncio.Protocol):
    """One end of a pair of sockets; *heard* is called with each message, *lost* when the other end has gone."""

    def __init__(self, heard: Callable[[tuple[Any, ...]], None], lost: Callable[[], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass a received message to the listener."""
        del exc
        self._transport = None
        self._lost()

    def data_received(self, data: bytes) -> None:
        """Hear every message that is complete."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._buffer)[0]
            if len(self._buffer) < end:
                return
            message = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            self._heard(pickle.loads(message))  # noqa: S301 - from our own process, over a socket nobody else has

    def say(self, *message: Any) -> None:
        """Send a message; it is dropped if the other end has gone."""
        if self._transport is not None:
            packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
            self._transport.write(_LENGTH.pack(len(packed)) + packed)

    def close(self) -> None:
        """Close this end, once what was said is sent."""
        if self._transport is not None:
            self._transport.close()


async def connected(
    line: socket.socket, heard: Callable[[tuple[Any, ...]], None], lost: Callable[[], None]
) -> Channel:
    """Return a channel over *line*, one of a pair."""
    loop = asyncio.get_running_loop()
    _, channel = await loop.create_unix_connection(lambda: Channel(heard, lost), sock=line)
    return channel
