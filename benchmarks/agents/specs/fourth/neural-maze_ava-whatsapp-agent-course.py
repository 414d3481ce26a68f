"""neural-maze/ava-whatsapp-agent-course: chains made in nodes, a prompt that grows, a manager of memories."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from spec import Agent, Run

FILE = "src/ai_companion"
KEYS = (
    "GROQ_API_KEY", "ELEVENLABS_API_KEY", "ELEVENLABS_VOICE_ID", "TOGETHER_API_KEY", "QDRANT_API_KEY", "QDRANT_URL",
)  # fmt: skip


def prepare() -> None:
    os.environ.update(dict.fromkeys(KEYS, "none"))


def imported(imported: ModuleType) -> None:
    import sys

    memory = sys.modules["ai_companion.modules.memory.long_term.memory_manager"]
    memory.get_vector_store = Store  # type: ignore[attr-defined]
    nodes = sys.modules["ai_companion.graph.nodes"]
    image = sys.modules["ai_companion.modules.image.text_to_image"]

    async def drawn(self: Any, prompt: str, path: str = "") -> bytes:
        return b""

    image.TextToImage.generate_image = drawn  # type: ignore[attr-defined]
    nodes.os.makedirs = lambda *args, **kwargs: None  # type: ignore[attr-defined]
    imported.graph = imported.create_workflow_graph().compile()  # type: ignore[attr-defined]


class Store:
    """Remembers one thing."""

    def __init__(self, *args: object) -> None: ...

    def search_memories(self, text: str, k: int = 1) -> list[Any]:
        return []

    def find_similar_memory(self, text: str) -> None: ...

    def store_memory(self, *args: object, **kwargs: object) -> None: ...


def run(said: str, kind: str, turns: int = 1, summary: str = "") -> Run:
    told = [("user", said), ("ai", "yes")] * (turns - 1)
    answers = {"RouterResponse": {"response_type": kind}}
    return Run({"messages": [*told, ("user", said)], "summary": summary}, answers)


AGENT = Agent(
    repository="neural-maze/ava-whatsapp-agent-course",
    commit="9987fc21917ca45f892c3f6f176c14ce6d37d603",
    root="src",
    target="ai_companion.graph.graph:graph",
    prompts=(
        *(f"{FILE}/core/prompts.py:{line}" for line in (1, 25, 58, 112)),
        *(f"{FILE}/graph/nodes.py:{line}" for line in (67, 108, 113)),
        f"{FILE}/graph/utils/chains.py:29",
    ),
    runs=(
        run("Hello", "conversation"),
        run("Hello again", "conversation", 12),
        run("A picture", "image", 12, "They spoke of cats."),
    ),
    prepare=prepare,
    imported=imported,
)
