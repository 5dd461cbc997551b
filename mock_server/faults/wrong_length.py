"""The content length promises more than comes; a stream's last chunk does not come."""

import re

from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.http import response_bytes


def change(plan: AnswerPlan, more: int = 100) -> None:
    """Promise *more* bytes than there are, and close."""
    if plan.chunked:
        plan.pieces[-1] = plan.pieces[-1].removesuffix(response_bytes.LAST_CHUNK)
    else:
        head, body = plan.pieces[0][: plan.head], plan.pieces[0][plan.head :]
        head = re.sub(rb"(?<=content-length: )\d+", lambda n: b"%d" % (int(n[0]) + more), head)
        plan.pieces[0] = head + body
    plan.end = End.CLOSE
