"""A stand-in for three providers on loopback: it echoes what it was sent, counts, and fails when told to.

Run as a process; the first line printed is its address.  GET /received gives the bodies of all requests since POST
/reset, which takes the statuses of the next answers and whether it echoes: `{"statuses": [500, 429], "echo": true}`;
203 is a page of a proxy.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

lock = threading.Lock()
received: list[Any] = []
statuses: list[int] = []
echo = [True]
USED = {"input": 7, "output": 5}


def texts(value: Any) -> list[str]:
    """Every text of a request, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [t for v in value for t in texts(v)]
    return [t for key in ("content", "parts", "text", "output") if key in value for t in texts(value[key])]


def words(body: Any) -> str:
    keys = ("instructions", "system", "systemInstruction", "input", "messages", "contents")
    return " | ".join(t for key in keys if body.get(key) for t in texts(body[key]))


def chat(body: Any, said: str) -> tuple[Any, list[Any]]:
    used = {"prompt_tokens": USED["input"], "completion_tokens": USED["output"], "total_tokens": 12}
    if "response_format" in body:
        said = json.dumps({"answer": said})
    base = {"id": "c1", "created": 0, "model": body["model"]}
    message = {"role": "assistant", "content": said, "refusal": None}
    whole = {**base, "object": "chat.completion", "usage": used}
    whole["choices"] = [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}]
    deltas = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in re.findall(r"\s*\S+", said))]
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({"choices": [], "usage": used})
    return whole, [{**base, "object": "chat.completion.chunk", **chunk} for chunk in chunks] + ["[DONE]"]


def responses(body: Any, said: str) -> tuple[Any, list[Any]]:
    if (body.get("text") or {}).get("format"):
        said = json.dumps({"answer": said})
    part = {"type": "output_text", "text": said, "annotations": []}
    item = {"id": "m1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    base = {"id": "r1", "object": "response", "created_at": 0, "model": body["model"], "parallel_tool_calls": True}
    base |= {"tool_choice": "auto", "tools": []}
    used = {"input_tokens": USED["input"], "output_tokens": USED["output"], "total_tokens": 12}
    used |= {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    whole = {**base, "status": "completed", "output": [item], "usage": used}
    events = [{"type": "response.created", "response": {**base, "status": "in_progress", "output": []}}]
    events.append({"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}})
    place = {"item_id": "m1", "output_index": 0, "content_index": 0}
    events.append({"type": "response.content_part.added", **place, "part": {**part, "text": ""}})
    for piece in re.findall(r"\s*\S+", said):
        events.append({"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []})
    events.append({"type": "response.completed", "response": whole})
    return whole, [{**event, "sequence_number": n} for n, event in enumerate(events)]


def messages(body: Any, said: str) -> tuple[Any, list[Any]]:
    if (body.get("output_config") or {}).get("format"):
        said = json.dumps({"answer": said})
    base = {"id": "a1", "type": "message", "role": "assistant", "model": body["model"], "stop_sequence": None}
    used = {"input_tokens": USED["input"], "output_tokens": USED["output"]}
    whole = {**base, "content": [{"type": "text", "text": said}], "stop_reason": "end_turn", "usage": used}
    begun = {**base, "content": [], "stop_reason": None, "usage": {**used, "output_tokens": 1}}
    events: list[Any] = [{"type": "message_start", "message": begun}]
    events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    for piece in re.findall(r"\s*\S+", said):
        delta = {"type": "text_delta", "text": piece}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events.append({"type": "content_block_stop", "index": 0})
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": USED["output"]}})
    return whole, [*events, {"type": "message_stop"}]


def gemini(body: Any, said: str) -> tuple[Any, list[Any]]:
    def answer(text: str) -> Any:
        content = {"role": "model", "parts": [{"text": text}]}
        return {"candidates": [{"content": content, "index": 0}], "modelVersion": "m"}

    used = {"promptTokenCount": USED["input"], "candidatesTokenCount": USED["output"], "totalTokenCount": 12}
    called = any("functionResponse" in part for row in body["contents"] for part in row["parts"])
    whole: Any = {**answer(said), "usageMetadata": used}
    if any("functionDeclarations" in tool for tool in body.get("tools") or []) and not called:
        part = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}}
        whole["candidates"][0]["content"]["parts"] = [part]
    chunks = [answer(piece) for piece in re.findall(r"\s*\S+", said)]
    return whole, [*chunks[:-1], {**chunks[-1], "usageMetadata": used}]


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        with lock:
            self.answer(200, received if self.path == "/received" else {"status": "in_progress"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
        if self.path == "/reset":
            with lock:
                received.clear()
                statuses[:], echo[:] = body["statuses"], [body["echo"]]
            return self.answer(200, {})
        with lock:
            received.append(body)
            number, status = len(received), statuses.pop(0) if statuses else 200
        if status == 203:
            return self.answer(200, "a page of a proxy")
        if status != 200:
            error = {"message": "told to", "type": "told", "code": status, "status": "TOLD"}
            return self.answer(status, {"type": "error", "error": error})
        said = f"answer {number} to {words(body)}" if echo[0] else f"answer {number}"
        path = self.path.partition("?")[0]
        speak = next(s for end, s in WORDS.items() if end in path)
        whole, events = speak(body, said)
        if body.get("stream") or "streamGenerateContent" in path:
            return self.stream(events, cut="CUT" in said)
        return self.answer(200, whole)

    def answer(self, status: int, data: Any) -> None:
        given = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("x-request-id", "req-1")
        self.send_header("Content-Length", str(len(given)))
        self.end_headers()
        self.wfile.write(given)

    def stream(self, events: list[Any], cut: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in events[: 3 if cut else None]:
            kind = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
            data = event if isinstance(event, str) else json.dumps(event)
            given = f"{kind}data: {data}\n\n".encode()
            self.wfile.write(f"{len(given):x}\r\n".encode() + given + b"\r\n")
            self.wfile.flush()
        if not cut:
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = cut


WORDS = {"/chat/completions": chat, "/responses": responses, "/v1/messages": messages, "enerateContent": gemini}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *args: Any) -> None:
        pass  # a client that leaves


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Provider)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    sys.exit(server.serve_forever())
