"""What uvicorn serves, by the framework's name: made in each process, which imports all that it brings."""

from typing import Any

from harness.registry import imported
from scenarios.service.settings import settings


def fastapi() -> Any:
    """Answer the FastAPI application."""
    settings().follow()
    return imported("scenarios.service.app").app


def django() -> Any:
    """Answer the Django application."""
    settings().follow()
    return imported("scenarios.service.django_app").app
