"""A control request on its connection, until its answer is there."""

from overlap.mock_server.exchange.exchange import Owner


class Pending:
    """Holds the connection's place, so that what comes after is answered after it."""

    def __init__(self, owner: Owner, *, keep: bool) -> None:
        self._owner = owner
        self._keep = keep
        self._gone = False

    def lost(self) -> None:
        """Note that the answer is no longer needed."""
        self._gone = True

    def send(self, answer: bytes) -> None:
        """Send the answer, and go on to the next request."""
        if not self._gone:
            self._owner.line.put(answer)
            self._owner.done(keep=self._keep)
