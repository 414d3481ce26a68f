"""A simulated model on loopback, in the form of OpenAI's chat completions, so that the tutorial needs no key.

    python stand_in.py 8765

It plays two parts by fixed rules, and knows nothing of the right answers.  As the agent's model it calls the tool,
believes the most frequent desk, and packs it into a sentence, unless its system prompt asks for the name alone.  As the
teacher it says so.  What is gained with it is gained in a simulation.
"""

import json
import re
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DESKS = ("business", "entertainment", "politics", "sports", "tech")
SENTENCE = "This story should go to"
CRITICISM = "The desk is packed into a sentence: the answer must be the name of the desk alone, nothing else."


def answered(messages: list[dict], tools: list) -> dict:
    """The next message."""
    asked = str(messages[-1]["content"])
    if "Write an improved prompt" in asked:
        return said(improved(asked))
    if tools and messages[-1]["role"] == "user":
        return called(asked.partition(".")[0])
    if messages[-1]["role"] == "tool":
        return said(decided(asked, str(messages[0]["content"])))
    return said(CRITICISM if SENTENCE in asked else "NONE")


def decided(found: str, system: str) -> str:
    """The desk that most of the stories found had."""
    desks = [desk for line in found.splitlines() if (desk := line.partition(":")[0]) in DESKS]
    desk = Counter(desks).most_common(1)[0][0]
    return desk if "name of the desk alone" in system else f"{SENTENCE} the {desk} desk."


def improved(asked: str) -> str:
    """The prompt that was shown, and before its last paragraph what the critic missed in it."""
    shown = re.search(r"<<<PROMPT\n(.*?)\nPROMPT>>>", asked, re.S)
    assert shown is not None
    text, blank, rest = shown[1].rpartition("\n\n")
    return f"<prompt>{text}\nAnswer with the name of the desk alone, nothing else.{blank}{rest}</prompt>"


def said(text: str) -> dict:
    return {"role": "assistant", "content": text}


def called(words: str) -> dict:
    call = {"name": "search_archive", "arguments": json.dumps({"words": words})}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": call}]}


class Handler(BaseHTTPRequestHandler):
    """POST /v1/chat/completions, without streaming."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = answered(asked["messages"], asked.get("tools") or [])
        spent = len(json.dumps(asked["messages"])) // 4, len(json.dumps(message)) // 4
        body = {
            "id": "simulated",
            "object": "chat.completion",
            "created": 0,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": spent[0], "completion_tokens": spent[1], "total_tokens": sum(spent)},
        }
        self.send(json.dumps(body).encode())

    def send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: the tutorial's terminal is for the tutorial."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
