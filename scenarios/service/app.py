"""
The example service: one chain behind an endpoint for each way of calling it.

Every endpoint takes a question and passes it on as it is, so that a call's tag reaches the LLM server.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import openai
import orjson
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

from overlap.harness.probe import name
from overlap.scenarios.service.chains import Chains, chains
from overlap.scenarios.service.settings import settings


class Question(BaseModel):
    """One question."""

    question: str


class Questions(BaseModel):
    """Several questions at once."""

    questions: list[str]


class AnswerBody(BaseModel):
    """The answer to one question."""

    answer: str


class Answers(BaseModel):
    """The answers to several questions, in their order."""

    answers: list[str]


class Text(TypedDict):
    """A piece of an answer that is sent as it comes."""

    text: str


class Failure(TypedDict):
    """What is sent in place of the rest of an answer: `{"type": …}` names the error."""

    error: dict[str, str]


held: dict[str, Chains] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Build the chain once for this process, and close its client at the end."""
    options = settings()
    async with chains(options) as built:
        held["chains"] = built
        options.say_up()
        yield


app = FastAPI(title="Overlap's example service", lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that this process can serve."""
    return {"status": "ok"}


@app.post("/invoke")
def invoke(asked: Question) -> AnswerBody:
    """`def` and invoke: FastAPI runs it in a thread, and the thread waits."""
    return AnswerBody(answer=held["chains"].chain.invoke(asked.question))


@app.post("/async-invoke")
async def async_invoke(asked: Question) -> AnswerBody:
    """`async def` and invoke: the mistake. The event loop waits, and with it everybody else."""
    return AnswerBody(answer=held["chains"].chain.invoke(asked.question))


@app.post("/ainvoke")
async def ainvoke(asked: Question) -> AnswerBody:
    """`async def` and ainvoke: the loop serves others while this one waits."""
    return AnswerBody(answer=await held["chains"].chain.ainvoke(asked.question))


@app.post("/abatch")
async def abatch(asked: Questions) -> Answers:
    """Several questions side by side, within one request."""
    return Answers(answers=await held["chains"].chain.abatch(asked.questions))


@app.post("/stream")
async def stream(asked: Question) -> StreamingResponse:
    """Server-sent events: each piece of the answer as it comes, then `[DONE]`."""

    async def events() -> AsyncIterator[bytes]:
        async for part in pieces(asked.question):
            yield b"data: " + orjson.dumps(part) + b"\n\n"
        yield b"data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@app.websocket("/ws")
async def websocket(web: WebSocket) -> None:
    """Send answer after question, each in pieces and then `{"done": true}`, until the client goes."""
    await web.accept()
    try:
        while True:
            asked = Question.model_validate_json(await web.receive_text())
            async for part in pieces(asked.question):
                await web.send_text(orjson.dumps(part).decode())
            await web.send_text('{"done": true}')
    except WebSocketDisconnect:
        return


async def pieces(question: str) -> AsyncIterator[Text | Failure]:
    """Yield each piece of the answer; a failure in its midst is the last."""
    try:
        async for piece in held["chains"].chain.astream(question):
            if piece:
                yield {"text": piece}
    except openai.OpenAIError as wrong:
        yield {"error": {"type": name(wrong)}}


@app.post("/agent")
async def agent(asked: Question) -> AnswerBody:
    """An agent with tools: two requests to the model, and the tools between them."""
    return AnswerBody(answer=await held["chains"].agent.ainvoke(asked.question))


@app.post("/retrieval")
async def retrieve(asked: Question) -> AnswerBody:
    """The nearest passages from a vector store, then an answer."""
    return AnswerBody(answer=await held["chains"].retrieval.ainvoke(asked.question))


@app.exception_handler(openai.OpenAIError)
async def failed(_: Request, wrong: Exception) -> JSONResponse:
    """Say by its kind what the LLM server did wrong: 504 where it took too long, else 502."""
    status = 504 if isinstance(wrong, openai.APITimeoutError) else 502
    return JSONResponse({"error": {"type": name(wrong)}}, status)
