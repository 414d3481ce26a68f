"""snap-stanford/Biomni: a system prompt grown with `+=` when the agent is built, documents read beside it."""

from __future__ import annotations

import os
import tempfile
from types import ModuleType
from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run


class Once:
    """A count that starts again as soon as it has been seen full."""

    def __get__(self, agent: Any, owner: type) -> int:
        count: int = agent.__dict__.get("rounds", 0)
        agent.__dict__["rounds"] = 0 if count else count
        return 0 if not count else 1

    def __set__(self, agent: Any, count: int) -> None:
        agent.__dict__["rounds"] = count


def prepare() -> None:
    os.chdir(tempfile.mkdtemp())


def imported(module: ModuleType) -> None:
    def get_llm(*_: Any, **__: Any) -> ScriptedChat:
        return ScriptedChat(model="gpt-4o", model_name="gpt-4o")

    module.get_llm = get_llm  # type: ignore[attr-defined]
    module.run_with_timeout = lambda function, arguments, timeout: "5 " * 6000  # type: ignore[attr-defined]
    module.A1.critic_count = Once()
    agent = module.A1(path="data", use_tool_retriever=False, expected_data_lake_files=[])
    agent._inject_custom_functions_to_repl = agent._clear_execution_plots = lambda: None
    agent._custom_tools = {"count": {"description": "Counts cells.", "module": "counting"}}
    agent._custom_data = {"cells.csv": {"description": "A table of cells."}}
    agent._custom_software = {"cellcounter": {"description": "Counts quickly."}}
    agent.library_content_dict["cellcounter"] = "Counts quickly."
    agent.user_task = "Count the cells."
    agent.configure(self_critic=True, test_time_scale_round=1)
    module.graph = agent.app  # type: ignore[attr-defined]


SAID = ["<execute>print(5)</execute>", "<solution>5</solution>", "Be exact.", "<solution>6</solution>"]
UNTAGGED = ["There are no tags", "There are no tags", "There are no tags", "Use tags.", "<solution>6</solution>"]
PIECES = (1098, 1147, 1152, 1163, 1174, 1189, 1196, 1203, 1213, 1254, 1255, 1256)
SENT = (1387, 1458, 1465, 1523, 1583, 1596)

AGENT = Agent(
    repository="snap-stanford/Biomni",
    commit="400c1f366b96a35ca253e13c9b06c5076af41d65",
    root="",
    target="biomni.agent.a1:graph",
    prompts=(
        *(f"biomni/agent/a1.py:{line}" for line in (*PIECES, *SENT)),
        "biomni/know_how/sgRNA_design_guide.md:34",
        "biomni/know_how/single_cell_annotation.md:27",
    ),
    runs=(
        Run({"messages": [("user", "Count the cells.")], "next_step": None}, {"_text": SAID}),
        Run({"messages": [("user", "How many are there?")], "next_step": None}, {"_text": UNTAGGED}),
    ),
    prepare=prepare,
    imported=imported,
)
