"""Whether two runs may be laid side by side: what differs in the circumstances they were measured under."""

from dataclasses import dataclass

from overlap.harness.store.run_about import RunAbout, RunEnvironment

# What moves numbers without the application having changed. Load and clock are left out: the one is never the
# same twice, the other follows from the system.
ENVIRONMENT = (
    "cpu",
    "machine",
    "system",
    "cores",
    "cores_allowed",
    "pinned",
    "python",
    "implementation",
    "optimized",
    "gil",
    "executor",
)
# Not every Python tells it, nor do runs from before it was asked: then there is no difference to be seen.
UNTOLD = ("optimized",)
CONFIG = ("seed", "timeout", "max_retries", "server")


ALLOWED = ("all", "format", "packages", "packages.NAME", *ENVIRONMENT, *CONFIG)


def known(name: str) -> bool:
    """Tell whether a circumstance may be called *name*; of packages, whichever a run has."""
    return name in ALLOWED or (name.startswith("packages.") and len(name) > len("packages."))


@dataclass(frozen=True, slots=True)
class Difference:
    """One circumstance in which two runs differ: its name and both values, None where a run does not say."""

    name: str
    first: object
    second: object

    def __str__(self) -> str:
        """Write it as a sentence."""
        return f"{self.name} is {_said(self.first)} in the first run and {_said(self.second)} in the second."


def differences(first: RunAbout, second: RunAbout) -> tuple[Difference, ...]:
    """
    Return every difference between two run.json that makes their numbers incomparable.

    Names: those of ENVIRONMENT and CONFIG, `packages.<name>` for each installed package, `format` for the files.
    """
    ones, others = _facts(first), _facts(second)
    return tuple(
        Difference(name, ones.get(name), others.get(name))
        for name in {**ones, **others}
        if ones.get(name) != others.get(name)
        and not (name in UNTOLD and None in (ones.get(name), others.get(name)))
    )


def _facts(about: RunAbout) -> dict[str, object]:
    environment, config = about.environment or RunEnvironment(), about.config or {}
    packages = environment.packages or {}
    return (
        {"format": about.format}
        | {name: getattr(environment, name) for name in ENVIRONMENT}
        | {name: config.get(name) for name in CONFIG}
        | {f"packages.{name}": packages[name] for name in sorted(packages)}
    )


def _said(value: object) -> str:
    return "not on file" if value is None else str(value)
