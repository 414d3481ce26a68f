"""esxr/langgraph-mcp: prompts as defaults of a configuration, filled in chat templates made in nodes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import Retriever

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"name": "forecast", "description": "The weather.", "parameters": SCHEMA, "metadata": {"tool_info": "A city."}}
OPEN = Path(tempfile.gettempdir()) / "llmdl-openapi.json"


def imported(module: ModuleType) -> None:
    async def apply(server: str, config: Any, what: Any) -> Any:
        return "Sunny." if type(what).__name__ == "RunTool" else [TOOL]

    @contextmanager
    def retriever(config: Any) -> Iterator[Retriever]:
        yield Retriever()

    OPEN.write_text("{}", "utf-8")
    vars(module.mcp).update(apply=apply, GetOpenAPITools=lambda spec: spec)
    module.make_retriever = retriever  # type: ignore[attr-defined]


def said(messages: Sequence[Any]) -> str:
    return "weather" if "Model Context Protocol" in messages[0].content else "It is sunny."


def server(description: str) -> dict[str, Any]:
    return {"command": "npx", "args": ["-y", "openapi-mcp-server@1.1.0", str(OPEN)], "description": description}


def run(*messages: tuple[str, str]) -> Run:
    servers = {"mcpServers": {"weather": server("The weather."), "news": server("The news.")}}
    return Run(
        {"messages": list(messages)},
        {"_text": said, "forecast": {"city": "Paris"}},
        configurable={"mcp_server_config": servers},
    )


AGENT = Agent(
    repository="esxr/langgraph-mcp",
    commit="16944242d980bafe56876f78224982efd2c1c074",
    root="src",
    target="langgraph_mcp.assistant_graph:graph",
    prompts=tuple(f"src/langgraph_mcp/prompts.py:{line}" for line in (3, 13, 36, 58)),
    runs=(
        run(("user", "Is it sunny in Paris?")),
        run(("user", "Hello."), ("ai", "Hello to you."), ("user", "And in Rome?")),
    ),
    imported=imported,
)
