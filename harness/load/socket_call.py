"""Calls over one WebSocket: the websockets library's protocol without its sockets, so that reads are stamped."""

import socket
from time import monotonic_ns
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from overlap.harness.load.wire import READ, Incomplete
from overlap.harness.probe import CallMark
from overlap.harness.streams.events import kind


class HandshakeRefused(Exception):
    """The server did not open the WebSocket; `status_code` is the HTTP status of its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status_code = status


class WebSocketCall:
    """
    A WebSocket to *path* at *base_url*, opened when it is first needed; calls follow one another on it.

    A call sends one JSON message and reads messages until one says `{"done": true}`; those with a text carry
    output. Plain `socket` calls: under Locust these are gevent's.
    """

    def __init__(self, base_url: str, path: str, timeout: float) -> None:
        where = urlsplit(base_url)
        self._at = (where.hostname or "", where.port or 80)
        self._uri = parse_uri(f"ws://{where.netloc}{where.path.rstrip('/')}{path}")
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._protocol: ClientProtocol | None = None

    def ask(self, body: dict[str, Any], mark: CallMark, parts: list[bytes]) -> str | None:
        """Make one call; return its failure or None. Raises OSError, `Incomplete` and `HandshakeRefused`."""
        try:
            line, protocol = self._open()
            protocol.send_text(orjson.dumps(body))
            self._flush(line, protocol)
            while True:
                for message in self._read(line, protocol):
                    parts.append(message)
                    said = orjson.loads(message)
                    if said.get("error"):
                        return kind(said["error"])
                    if said.get("done"):
                        return None if mark.chunks else "NoOutput"
                    if said.get("text"):
                        mark.chunks.append(self._now)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drop the connection."""
        if self._socket:
            self._socket.close()
        self._socket = self._protocol = None

    def _open(self) -> tuple[socket.socket, ClientProtocol]:
        if self._socket and self._protocol:
            return self._socket, self._protocol
        protocol = ClientProtocol(self._uri)
        line = socket.create_connection(self._at, self._timeout)
        self._socket, self._protocol = line, protocol
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        protocol.send_request(protocol.connect())
        self._flush(line, protocol)
        while protocol.state is State.CONNECTING:
            self._receive(line, protocol)
            if protocol.handshake_exc:
                raise HandshakeRefused(
                    getattr(getattr(protocol.handshake_exc, "response", None), "status_code", 0)
                )
            protocol.events_received()
        return line, protocol

    def _read(self, line: socket.socket, protocol: ClientProtocol) -> list[bytes]:
        self._receive(line, protocol)
        self._flush(line, protocol)
        return [
            bytes(event.data)
            for event in protocol.events_received()
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT
        ]

    def _receive(self, line: socket.socket, protocol: ClientProtocol) -> None:
        data = line.recv(READ)
        self._now = monotonic_ns()
        if not data:
            raise Incomplete("the WebSocket ended before the answer did")
        protocol.receive_data(data)

    @staticmethod
    def _flush(line: socket.socket, protocol: ClientProtocol) -> None:
        for data in protocol.data_to_send():
            line.sendall(data)

    _now = 0
