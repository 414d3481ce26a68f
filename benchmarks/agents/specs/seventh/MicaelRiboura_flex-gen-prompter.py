"""MicaelRiboura/flex-gen-prompter: classes that hold a dict of prompts each, a graph that is built when it is run."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any

from spec import Agent, Run

FOLDER = "core/prompting_techniques/d_chain_of_thought_prompts/d_b_generate_knowledge_prompting"
PACKAGE = FOLDER.replace("/", ".")


def prepare() -> None:
    os.environ.pop("OPENAI_BASE_URL", None)


def imported(workflow: ModuleType) -> None:
    """Its graph is drawn by a server, and run, as soon as it is built: here it is kept."""

    def compiled(self: Any, save_in: str) -> Any:
        workflow.app = self.workflow.compile()  # type: ignore[attr-defined]
        return workflow.app

    workflow.WorkflowBuilder.compile = compiled
    state = importlib.import_module(f"{PACKAGE}.state").GenerateKnowledgePromptingState
    workflow.GenerateKnowledgePromptingWorkflow(state, "scripted", "gsm8k").run("")


AGENT = Agent(
    repository="MicaelRiboura/flex-gen-prompter",
    commit="58df7d00c4b9c63d80871ab3640e6692274c47f5",
    root="",
    target=f"{PACKAGE}.workflow:app",
    prompts=tuple(f"{FOLDER}/nodes.py:{line}" for line in (9, 13, 35, 46)),
    runs=(Run({"prompt": "2 + 2?"}), Run({"prompt": "3 + 3?"})),
    prepare=prepare,
    imported=imported,
)
