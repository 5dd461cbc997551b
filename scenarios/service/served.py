"""What uvicorn serves, by the framework's name: made in each process, which imports all that it brings."""

from typing import Any

from overlap.harness.registry import imported
from overlap.scenarios.service.settings import settings


def fastapi() -> Any:
    """Return the FastAPI application."""
    settings().follow()
    return imported("overlap.scenarios.service.app").app


def django() -> Any:
    """Return the Django application."""
    settings().follow()
    return imported("overlap.scenarios.service.django_app").app
