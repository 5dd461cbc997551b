"""The run's circumstances: versions, processor, cores, load, steal, clock; what makes two runs comparable."""

import os
import platform
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from overlap.harness.host.interpreter import optimized
from overlap.harness.host.secrets import hide
from overlap.harness.text.mistakes import Mistake

# What a child process may inherit. Everything else is left behind: tracing, proxies, keys and base URLs of a
# developer's shell change what is measured, and could leak into it.
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
)

PACKAGES = (
    "langchain-core",
    "langchain-openai",
    "openai",
    "httpx2",
    "httpcore2",
    "httpx",
    "httpcore",
    "aiohttp",
    "uvloop",
    "uvicorn",
    "pydantic",
    "orjson",
    # Of frameworks that applications are built with; none of them is installed with Overlap.
    "langgraph",
    "llama-index-core",
    "pydantic-ai",
    "openai-agents",
    "litellm",
    "dspy",
    "instructor",
    "crewai",
    "haystack-ai",
    "autogen-agentchat",
    "smolagents",
    "semantic-kernel",
    "anthropic",
)


def scrubbed(**more: str) -> dict[str, str]:
    """Return the environment for a child process: what it may inherit, and *more*."""
    return {key: os.environ[key] for key in INHERITED if key in os.environ} | more


def given(names: Sequence[str]) -> dict[str, str]:
    """Return the environment variables called *names*, and hide their values; raises `Mistake` for one not set."""
    for name in names:
        # A name in capitals only: anything else may be the secret itself, and must then not be repeated.
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
            raise Mistake("env takes NAMES of environment variables that are set, never their values")
        if name not in os.environ:
            raise Mistake(f"the environment variable {name}, which env names, is not set")
    variables = {name: os.environ[name] for name in names}
    hide(variables.values())
    return variables


def circumstances(executor: int) -> dict[str, Any]:
    """Describe this machine and what is installed; nothing that names a person, a host or a folder."""
    clock = time.get_clock_info("monotonic")
    return {
        **interpreter(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "cores_allowed": len(cores()),
        "executor": executor,
        "clock": f"{clock.implementation}, resolution {clock.resolution:g} s",
        "load": round(os.getloadavg()[0], 2),
    }


def interpreter() -> dict[str, Any]:
    """Describe the Python that runs this, and the packages that are installed for it."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "optimized": optimized(),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "packages": {name: version for name in PACKAGES if (version := version_of(name))},
    }


def environment_name(prefix: str | Path = sys.prefix) -> str:
    """
    Return what people call the environment in the folder *prefix*: its project's name too, if it is a `.venv`.

    >>> environment_name("/home/me/acme/.venv"), environment_name("/opt/tools")
    ('acme/.venv', 'tools')
    """
    folder = Path(prefix)
    return f"{folder.parent.name}/{folder.name}" if folder.name.startswith(".") else folder.name


def cores() -> list[int]:
    """Return the cores this process may use, in order."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _cpu_model() -> str | None:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or None
    for line in info.read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return None


def normalized(name: str) -> str:
    """
    Return the name of a package as indexes compare it.

    >>> normalized("Zope.Interface"), normalized("langchain_core")
    ('zope-interface', 'langchain-core')
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def version_of(package: str) -> str | None:
    """Return the version of the installed *package*; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # no worker asks, and it brings much along

    try:
        return version(package)
    except PackageNotFoundError:
        return None
