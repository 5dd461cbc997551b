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
    Return whether this Python was built with profile-guided optimization; None if it does not say.

    Without it, as pyenv builds unless told otherwise, this project's tests take 15 % more CPU, a tight loop 30 %.
    """
    return optimized_by(sysconfig.get_config_var("CONFIG_ARGS"), sys.base_prefix)


def optimized_by(arguments: "str | None", home: str) -> "bool | None":
    """Return the same of a Python that was configured with *arguments* and lies in *home*."""
    if arguments is None:
        return None
    # Debian and its like optimize by other means than this argument, and keep that of another build.
    return "--enable-optimizations" in arguments or home == "/usr"


def usable() -> bool:
    """Return whether it is new enough and can make environments: by `venv`, or with uv."""
    return sys.version_info >= OLDEST and (find_spec("ensurepip") is not None or which("uv") is not None)


if __name__ == "__main__":
    sys.exit(not usable() or ("--optimized" in sys.argv and not optimized()))
