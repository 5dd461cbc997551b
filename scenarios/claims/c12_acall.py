"""Models have acall, for older interfaces."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.harness.report.figures import count

SEEDS = ("S0",)
THEME = "names and components"
READING = (
    "langchain_core.language_models.chat_models:BaseChatModel",
    "langchain_core.language_models.llms:BaseLLM",
    "langchain_openai.chat_models.base:BaseChatOpenAI",
)
OLD = ("acall", "arun", "predict", "apredict")
_DEFINED = re.compile(rf"^ +(?:async )?def ({'|'.join(OLD)})\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Facts:
    """Which objects have which of the older names, and how often source files define one."""

    objects: list[str]
    had: dict[str, list[str]]
    files: int
    defined: list[str]


def measure(bench: Bench) -> Facts:
    """Look for the older names on models, and in every source file of both packages."""
    from langchain_core.runnables import RunnableLambda

    objects = {"ChatOpenAI": bench.model(), "OpenAI": bench.completions(), "a chain": RunnableLambda(str) | str}
    files = [
        path
        for package in ("langchain_core", "langchain_openai")
        if (spec := find_spec(package)) and spec.submodule_search_locations
        for folder in spec.submodule_search_locations
        for path in Path(folder).rglob("*.py")
    ]
    defined = [name for path in files for name in _DEFINED.findall(path.read_text(encoding="utf-8"))]
    return Facts(
        objects=list(objects),
        had={name: [old for old in OLD if hasattr(each, old)] for name, each in objects.items()},
        files=len(files),
        defined=defined,
    )


def judge(facts: Facts) -> ClaimVerdict:
    """False where no model has it; with a limit where some do."""
    having = [name for name in facts.objects if "acall" in facts.had[name]]
    evidence = (
        f"acall: on {len(having)} of {', '.join(facts.objects)}; {', '.join(OLD)} are defined "
        f"{count(len(facts.defined), 'time')} in {facts.files} source files of langchain-core and "
        f"langchain-openai"
    )
    if not having and "acall" not in facts.defined:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if {"ChatOpenAI", "OpenAI"} <= set(having) else LIMIT, evidence)
