"""
The same chain behind asynchronous Django views, since tutorials name it too; needs the extra `django`.

Django's handler knows no lifespan, so a few lines around it build the chain when the server starts.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import django
import openai
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings as django_settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.urls import path

from overlap.harness.clients._langchain import LangChain
from overlap.harness.probe import name
from overlap.scenarios.service.chains import chain_alone
from overlap.scenarios.service.settings import settings

held: dict[str, LangChain] = {}


async def ainvoke(request: HttpRequest) -> JsonResponse:
    """An asynchronous view and ainvoke."""
    try:
        answer = await held["chain"].runnable.ainvoke(_question(request))
    except openai.OpenAIError as wrong:
        return JsonResponse({"error": {"type": name(wrong)}}, status=502)
    return JsonResponse({"answer": answer})


async def async_invoke(request: HttpRequest) -> JsonResponse:
    """An asynchronous view and invoke: the mistake, which blocks the event loop."""
    try:
        answer = held["chain"].runnable.invoke(_question(request))
    except openai.OpenAIError as wrong:
        return JsonResponse({"error": {"type": name(wrong)}}, status=502)
    return JsonResponse({"answer": answer})


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events: each piece of the answer as it comes, then `[DONE]`."""
    question = _question(request)

    async def events() -> AsyncIterator[bytes]:
        try:
            async for piece in held["chain"].runnable.astream(question):
                if piece:
                    yield f"data: {json.dumps({'text': piece})}\n\n".encode()
        except openai.OpenAIError as wrong:
            yield f"data: {json.dumps({'error': {'type': name(wrong)}})}\n\n".encode()
        yield b"data: [DONE]\n\n"

    return StreamingHttpResponse(events(), content_type="text/event-stream")


def _question(request: HttpRequest) -> str:
    return str(json.loads(request.body)["question"])


urlpatterns = [path("ainvoke", ainvoke), path("async-invoke", async_invoke), path("stream", stream)]

django_settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], USE_TZ=True)
django.setup(set_prefix=False)
_handler = ASGIHandler()


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Build the chain when the server starts, close it when it ends; everything else is Django's."""
    if scope["type"] != "lifespan":
        await _handler(scope, receive, send)
        return
    async with AsyncExitStack() as stack:
        await receive()
        held["chain"] = await stack.enter_async_context(chain_alone(options := settings()))
        options.say_up()
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
