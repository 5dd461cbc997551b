"""One connection's way out: bytes go to the kernel now, or wait in the transport until the reader is ready."""

import asyncio
import os
import socket
import struct


class ResponseWriter:
    """
    Writes past the transport while nothing waits in it.

    uvloop keeps what is written until the end of the loop's turn; a token's time on the wire would then not be the
    time that is noted for it. A write of its own says when the kernel had the bytes, and costs less.
    """

    __slots__ = ("_fd", "_transport", "_waits", "paused")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._fd: int = transport.get_extra_info("socket").fileno()
        self._waits = transport.get_write_buffer_size
        self.paused = False

    @property
    def open(self) -> bool:
        """Whether bytes can still be sent."""
        return self._fd >= 0

    def put(self, data: bytes) -> bool:
        """
        Send *data*; what the kernel does not take waits in the transport, which may set `paused`.

        False if the client has gone.
        """
        if self._fd < 0:
            return False
        if self._waits() == 0:
            try:
                taken = os.write(self._fd, data)
            except BlockingIOError:
                taken = 0
            except OSError:  # the peer has gone
                self.abort()
                return False
            if taken == len(data):
                return True
            data = data[taken:]
        self._transport.write(data)
        return True

    def shut(self) -> None:
        """Forget the descriptor: after this the system may give its number to another connection."""
        self._fd = -1

    def close(self) -> None:
        """Close once what waits has been sent."""
        self.shut()
        self._transport.close()

    def reset(self) -> None:
        """Close with a TCP reset, which drops what the peer has not read."""
        if self._fd >= 0:
            own = socket.socket(fileno=os.dup(self._fd))
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            own.close()
        self.abort()

    def half_close(self) -> None:
        """Send no more, and leave the connection open for what the peer has to say."""
        if self._fd >= 0:
            self.shut()
            self._transport.write_eof()

    def abort(self) -> None:
        """Close at once, and drop what waits."""
        self.shut()
        self._transport.abort()
