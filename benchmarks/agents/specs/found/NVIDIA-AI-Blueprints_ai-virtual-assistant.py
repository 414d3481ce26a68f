"""NVIDIA-AI-Blueprints/ai-virtual-assistant: nested YAML prompts, formatted in nodes or as templates at import."""

from __future__ import annotations

import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from spec import Agent, Run

ORDERS = [{"product_name": name, "order_id": 1, "order_status": "Delivered"} for name in ("Mug", "Mug large")]
YAML = "src/agent/prompt.yaml"


def prepare() -> None:
    os.environ.update(EXAMPLE_PATH="src/agent")
    settings = SimpleNamespace(
        checkpointer=SimpleNamespace(name="inmemory"),
        llm=SimpleNamespace(model_engine="nvidia-ai-endpoints", model_name="m", server_url=""),
    )
    sys.modules["src.common.configuration"] = made = ModuleType("src.common.configuration")
    made.AppConfig = SimpleNamespace(from_file=lambda path: settings)  # type: ignore[attr-defined]


def imported(module: ModuleType) -> None:
    for holder in (module, sys.modules["src.agent.tools"]):
        holder.get_purchase_history = lambda user_id: ORDERS  # type: ignore[attr-defined]
    module.canonical_rag = lambda query, conv_history: "Mugs hold coffee."  # type: ignore[attr-defined]


def run(asked: str, first: str, **answers: Any) -> Run:
    return Run({"messages": [("user", asked)], "user_id": "1"}, {"_first": first, **answers})


AGENT = Agent(
    repository="NVIDIA-AI-Blueprints/ai-virtual-assistant",
    commit="558b4c83968f5ab61b494f981f4f0bef09217d41",
    root="",
    target="src.agent.main:graph",
    prompts=(
        *(f"{YAML}:{line}" for line in (2, 15, 39, 57, 69, 75, 80, 85, 100, 111)),
        "src/agent/main.py:225",
        "src/agent/main.py:227",
    ),
    runs=(
        run("Hello!", "HandleOtherTalk"),
        run("Does a mug hold tea?", "ToProductQAAssistant"),
        run("Where is it?", "ToOrderStatusAssistant", _final="ProductValidation", Product={"name": "null"}),
        run("My unicorn?", "ToOrderStatusAssistant", _final="ProductValidation", Product={"name": "unicorn"}),
        run("I return my mug.", "ToReturnProcessing", _text=["", "done"]),
    ),
    prepare=prepare,
    imported=imported,
)
