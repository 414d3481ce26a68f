"""mistralai/cookbook: notebook; the application writes user and assistant messages of its own into the state."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "third_party/langchain/langgraph_code_assistant_mistral.ipynb"


def run(imports: str, code: str) -> Run:
    inputs = {"messages": [("user", f"Write a function with {imports}.")], "iterations": 0}
    return Run(inputs, {"code": {"prefix": imports, "imports": imports, "code": code}})


AGENT = Agent(
    repository="mistralai/cookbook",
    commit="1cf863b8a356d4cd562d1008d71bd63484d7fdd8",
    root="third_party/langchain",
    target=f"{BOOK}:graph",
    prompts=tuple(f"{BOOK}:{place}" for place in ("13:33", "13:69", "13:86")),
    runs=(run("import a_module_that_is_not_there", "1"), run("import json", "1 / 0")),
)
