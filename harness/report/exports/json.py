"""summary.json: every cell with every metric, its interval, count and unit, and what the metrics mean."""

import orjson

from overlap.harness.stats.cells import Summary
from overlap.harness.stats.summary import to_json

DEFAULT = True


def files(summary: Summary) -> dict[str, bytes]:
    """Return the file by its name."""
    return {
        "summary.json": orjson.dumps(to_json(summary), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)
    }
