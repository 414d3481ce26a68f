"""LastAirbender07/Multi-Agent-Content-Producer: prompts in an Enum and in files by name, a client of its own."""

from __future__ import annotations

import json
import os
from types import ModuleType
from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run

ROOT = "backend"
PROMPTS = f"{ROOT}/core/prompts"
ANGLE = {"statement": "It is so.", "emotional_hook": "hope", "supporting_evidence": "a number"}
ANSWERS = {"AngleGenerationOutput": {"angles": [ANGLE] * 6}, "AutoSelectionOutput": {"selected_indices": [0, 1]}}


class Client:
    """The client of the application, on the scripted model."""

    async def generate_structured(
        self, prompt: str, output_schema: Any, system_prompt: str | None = None, **others: Any
    ) -> Any:
        messages = [*([("system", system_prompt)] if system_prompt else []), ("user", prompt)]
        return await ScriptedChat().with_structured_output(output_schema).ainvoke(messages)


async def with_client(call: Any) -> Any:
    """What is asked of a client, whichever it is."""
    return await call(Client())


def prepare() -> None:
    os.environ.update(HAI_PROXY_API_KEY="none")


def imported(graphs: ModuleType) -> None:
    from infra.llm.factory import LLMFactory

    LLMFactory.get_client_with_retry = with_client
    graphs.graph = graphs.build_angle_graph().compile()  # type: ignore[attr-defined]


def run(topic: str, **others: Any) -> Run:
    synthesis = {"summary": "It was found.", "key_points": ["one", "two"]}
    request = {"topic": topic, "synthesis": synthesis, "mode": "auto", **others}
    return Run({"request": json.loads(json.dumps(request)), "run_id": "r"}, ANSWERS, context=None)


AGENT = Agent(
    repository="LastAirbender07/Multi-Agent-Content-Producer",
    commit="eb0cb3a31f02c77303cd047daf4c704aaad051a9",
    root=ROOT,
    target="core.graphs.angle_graph:graph",
    prompts=(
        f"{PROMPTS}/system_prompts.py:24",
        f"{PROMPTS}/templates/angle_generation.txt:1",
        f"{PROMPTS}/templates/angle_auto_select.txt:1",
        f"{ROOT}/core/orchestrators/angle/generator.py:19",
        f"{ROOT}/core/orchestrators/angle/auto_selector.py:19",
        f"{ROOT}/core/tools/metadata_helper.py:9",
    ),
    runs=(run("trains"), run("buses", exclude_statements=["Buses are late."])),
    prepare=prepare,
    imported=imported,
)
