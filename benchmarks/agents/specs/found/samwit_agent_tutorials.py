"""samwit/agent_tutorials: prompts read from text files at import, chains called in a loop inside a node."""

from __future__ import annotations

import sys
from types import ModuleType

from spec import Agent, Run


def imported(module: ModuleType) -> None:
    sys.modules["nodes.saving_node"].write_markdown_file = lambda content, name: None  # type: ignore[attr-defined]
    module.app = module.create_workflow(None)  # type: ignore[attr-defined]


AGENT = Agent(
    repository="samwit/agent_tutorials",
    commit="fbb59eac3c9f15372ce4463b105221f328b24003",
    root="agent_write",
    target="graph:app",
    prompts=("agent_write/chains/prompts/plan.txt:1", "agent_write/chains/prompts/write.txt:1"),
    runs=(
        Run(
            {"initial_prompt": "Write about cats.", "num_steps": 0, "llm_name": "none"},
            {"_text": ["Paragraph 1 - cats\nParagraph 2 - naps", "Cats sleep.", "They nap."]},
        ),
    ),
    imported=imported,
)
