"""
The Python that runs this: is it new enough, can it make a virtual environment, was it built with optimization.

`python -I harness/host/interpreter.py [--optimized]` exits 0 if so, by which the Makefile chooses one;
hence nothing but the standard library.
"""

import sys
import sysconfig
from importlib.util import find_spec
from shutil import which

OLDEST = (3, 11)


def optimized() -> bool | None:
    """
    Whether this Python was built with profile-guided optimization; None where it does not say how it was built.

    Without it, as pyenv builds unless told otherwise, this project's tests take 15 % more CPU, a tight loop 30 %.
    """
    told = sysconfig.get_config_var("CONFIG_ARGS")
    if told is None:
        return None
    # Debian and its like optimize by other means than this argument, and keep that of another build.
    return "--enable-optimizations" in told or sys.base_prefix == "/usr"


def usable() -> bool:
    """Whether it is new enough and has, or uv is there for it, what distributions leave out of `venv`."""
    return sys.version_info >= OLDEST and (find_spec("ensurepip") is not None or which("uv") is not None)


if __name__ == "__main__":
    sys.exit(not usable() or ("--optimized" in sys.argv and not optimized()))
