"""A response as its sequence of events, each numbered; the last one ends the stream, there is no `[DONE]`."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from overlap.mock_server.wire.chat import stream
from overlap.mock_server.wire.common import lazy, logprobs, models, padding, shapes, sse
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents
from overlap.mock_server.wire.common.tools import ToolCall
from overlap.mock_server.wire.responses import response


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Stream:
    """The events of one response, made in the order they are sent."""

    def __init__(
        self, echo: dict[str, Any], answer: Answer, calls: Sequence[ToolCall], top: int, *, obfuscation: bool
    ) -> None:
        self._echo = echo
        self._answer = answer
        self._calls = calls
        self._top = top
        self._obfuscation = obfuscation
        self._number = 0

    def _event(self, kind: str, fields: dict[str, Any]) -> bytes:
        body = _json({"type": kind, **fields, "sequence_number": self._number})
        self._number += 1
        return sse.named(kind, body)

    def events(self, group: int) -> AnswerEvents:
        """Return the events, *group* tokens to a delta."""
        opened = response.build(self._echo, self._answer, "in_progress", [])
        early = self._event("response.created", {"response": opened})
        early += self._event("response.in_progress", {"response": opened})
        head = b""
        items = response.output(self._echo, self._answer, self._calls, self._top)
        before = items[:1] if models.reasoning(self._echo["model"]) else []
        for item in before:
            head += self._event("response.output_item.added", {"item": item, "output_index": 0})
            head += self._event("response.output_item.done", {"item": item, "output_index": 0})
        rest = items[len(before) :]
        marks = None
        tokens: Sequence[bytes] | lazy.LazyParts
        if self._calls:
            tokens = self._call_events(rest, len(before))
            tail = b""
        else:
            opening, tokens, tail = self._message_events(rest[0], len(before), group)
            head += opening
            marks = shapes.grouped(len(self._answer.tokens), group) if group > 1 else None
        state = response.status(self._answer)
        ended = response.build(self._echo, self._answer, state, items)
        return AnswerEvents(
            head, tokens, tail + self._event(f"response.{state}", {"response": ended}), early, marks
        )

    def _message_events(
        self, item: dict[str, Any], place: int, group: int
    ) -> tuple[bytes, Sequence[bytes] | lazy.LazyParts, bytes]:
        key, content = item["id"], item["content"][0]
        empty = {**item, "status": "in_progress", "content": []}
        head = self._event("response.output_item.added", {"item": empty, "output_index": place})
        where = {"content_index": 0, "item_id": key, "output_index": place}
        head += self._event("response.content_part.added", {**where, "part": response.part("", [])})
        count = -(-len(self._answer.tokens) // group)
        tokens = lazy.events(count, self._deltas(key, place, group, self._number))
        self._number += count
        text = {"logprobs": content["logprobs"], "output_index": place}
        done = {"content_index": 0, "item_id": key, **text}
        tail = self._event_text_done(done, content["text"])
        tail += self._event("response.content_part.done", {**where, "part": content})
        tail += self._event("response.output_item.done", {"item": item, "output_index": place})
        return head, tokens, tail

    def _event_text_done(self, fields: dict[str, Any], text: str) -> bytes:
        """Return the one event whose last key, `text`, stands behind its number."""
        kind = "response.output_text.done"
        body = _json({"type": kind, **fields, "sequence_number": self._number, "text": text})
        self._number += 1
        return sse.named(kind, body)

    def _deltas(self, key: str, place: int, group: int, number: int) -> Iterator[bytes]:
        """Yield the events that bring the text, *group* tokens each, the first of them with this *number*."""
        kind = "response.output_text.delta"
        start = f'event: {kind}\ndata: {{"type":"{kind}","content_index":0,"delta":'
        middle = f',"item_id":"{key}","logprobs":'
        end = f',"output_index":{place},"sequence_number":'
        tokens = self._answer.tokens
        for i in range(0, len(tokens), group):
            group_tokens = tokens[i : i + group]
            delta = "".join(group_tokens)
            chances = _json(logprobs.listed(group_tokens, self._top)) if self._top >= 0 else "[]"
            body = f"{start}{_json(delta)}{middle}{chances}{self._padding(delta)}{end}{number}}}\n\n"
            yield body.encode()
            number += 1

    def _padding(self, delta: str) -> str:
        return f',"obfuscation":"{padding.delta(len(delta))}"' if self._obfuscation else ""

    def _call_events(self, items: Sequence[dict[str, Any]], place: int) -> list[bytes]:
        """Return an event per token of the calls; the last of each call brings what ends it."""
        item_events: list[bytes] = []
        spoken = stream.spoken_calls(self._calls, self._answer.tokens)
        for index, (item, (_, arguments)) in enumerate(zip(items, spoken, strict=True), place):
            empty = {**item, "status": "in_progress", "arguments": ""}
            item_events.append(self._event("response.output_item.added", {"item": empty, "output_index": index}))
            item_events += [self._argument(item["id"], index, piece) for piece in arguments]
            done = {"arguments": item["arguments"], "item_id": item["id"], "output_index": index}
            item_events[-1] += self._event("response.function_call_arguments.done", done)
            item_events[-1] += self._event("response.output_item.done", {"item": item, "output_index": index})
        return item_events

    def _argument(self, key: str, place: int, piece: str) -> bytes:
        fields: dict[str, Any] = {"delta": piece, "item_id": key}
        if self._obfuscation:
            fields["obfuscation"] = padding.delta(len(piece))
        return self._event("response.function_call_arguments.delta", {**fields, "output_index": place})
