"""neo4j-field/ps-genai-agents, text to Cypher: a few-shot template with examples in YAML, a tools agent in a node."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from spec import Agent, Run


class Chain:
    """Asks for a query as the chain of the other library does; the data base is made up."""

    def __init__(self, llm: Any, prompt: Any) -> None:
        self.asked = prompt | llm

    @classmethod
    def from_llm(cls, llm: Any, cypher_prompt: Any, **_: Any) -> Chain:
        return cls(llm, cypher_prompt)

    def invoke(self, query: str) -> dict[str, Any]:
        cypher = self.asked.invoke({"question": query, "schema": "(:Verbatim)"}).content
        if cypher == "BROKEN":
            raise ValueError("no such label")
        found = [] if cypher == "EMPTY" else [{"count": 7}]
        return {"result": found, "cypher": [cypher], "intermediate_steps": [{"query": cypher}]}


class Executor:
    """Calls a tool by its name, as langgraph's own once did."""

    def __init__(self, tools: list[Any]) -> None:
        self.tools = {tool.name: tool for tool in tools}

    def invoke(self, call: Any) -> Any:
        return self.tools[call["tool"]].invoke(call["tool_input"])


def prepare() -> None:
    import langchain.agents
    from langchain_classic.agents import create_openai_tools_agent

    langchain.agents.create_openai_tools_agent = create_openai_tools_agent  # type: ignore[attr-defined]
    made = {
        "langchain.chains.graph_qa.cypher": MagicMock(GraphCypherQAChain=Chain),
        "langchain.graphs": MagicMock(),
        "langgraph.graph.graph": MagicMock(),
        "langgraph.prebuilt.tool_executor": MagicMock(ToolExecutor=Executor, ToolInvocation=dict),
    }
    for name in ("langchain.chains", "langchain.chains.graph_qa"):
        made[name] = MagicMock(__path__=[])
    sys.modules.update(made)
    os.chdir(Path(sys.path[0]).parent)  # its examples are named from the root of the repository


def imported(module: ModuleType) -> None:
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="scripted")
    module.graph = module.create_text2cypher_graph_agent(model, MagicMock())  # type: ignore[attr-defined]


QUESTIONS = (3, 11, 20, 26, 35, 45, 54, 63, 69, 80, 88, 100, 113, 121, 129, 140)
QUERIES = tuple(line + 2 for line in QUESTIONS)


def asked(question: str, first: str) -> Run:
    inputs = {"input": question, "chat_history": [], "intermediate_steps": []}
    answers = {"_text": [first, "MATCH (v) RETURN count(v)", "There are 7."], "Text2Cypher": {"query": question}}
    return Run(inputs, answers)


AGENT = Agent(
    repository="neo4j-field/ps-genai-agents",
    commit="533f3cdccfc0db4f4336e5e65be30b91f728ea87",
    root="src",
    target="ps_genai_agents.agents.graph.text2cypher.text2cypher:graph",
    prompts=(
        "src/ps_genai_agents/prompts/agent_prompts.py:19",
        "src/ps_genai_agents/prompts/cypher_prompts.py:103",
        "src/ps_genai_agents/prompts/general_prompts.py:54",
        "src/ps_genai_agents/agents/graph/text2cypher/text2cypher.py:159",
        "src/ps_genai_agents/agents/graph/text2cypher/text2cypher.py:174",
        *(f"data/iqs/queries/queries.yml:{line}" for line in (*QUESTIONS, *QUERIES)),
    ),
    runs=(asked("How many verbatims are there?", "EMPTY"), asked("How many cars are there?", "BROKEN")),
    prepare=prepare,
    imported=imported,
)
