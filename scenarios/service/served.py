"""What uvicorn serves, by the framework's name: made in each process, which imports all that it brings."""

from typing import Any

from harness.registry import imported


def fastapi() -> Any:
    """Answer the FastAPI application."""
    return imported("scenarios.service.app").app


def django() -> Any:
    """Answer the Django application."""
    return imported("scenarios.service.django_app").app
