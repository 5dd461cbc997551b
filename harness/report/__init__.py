"""From a run's folder to what people read."""

import logging

# Where a home cannot be written to, matplotlib says so, and what it does instead, in lines of its own.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
