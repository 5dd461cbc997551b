"""Ids that no two requests share, in the lengths OpenAI's have."""

import secrets
from itertools import count


class Identity:
    """Counts up from a random start: as unique as drawing each, and a tenth of the cost."""

    def __init__(self) -> None:
        self._hex = secrets.token_hex(10)
        self._letters = secrets.token_hex(10)[:17]
        self._number = count(secrets.randbelow(1 << 40))

    def draw(self) -> tuple[str, str]:
        """Return a request id, `req_` and 32 hexadecimal digits, and an answer's id of 29."""
        number = f"{next(self._number):012x}"
        return f"req_{self._hex}{number}", self._letters + number
