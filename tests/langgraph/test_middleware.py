"""A create_agent agent with the exported middleware sends what the bound run sends; other graphs are refused."""

from __future__ import annotations

import asyncio
import dataclasses
import types
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.exporting.middleware import as_middleware
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.errors import MisuseError

from .conftest import AGENTS, Agent
from .test_export import NASTY, opened, sent

pytest.importorskip("langchain.agents", reason="create_agent needs langchain")

SOURCE = (AGENTS / "maker.py").read_text(encoding="utf-8")
ASKED = {"messages": [{"role": "user", "content": "What is rain?"}]}


def agent_of(agent: Agent, folder: Path, source: str = SOURCE) -> tuple[Any, LangGraphNetwork]:
    (folder / "maker.py").write_text(source)
    module: Any = agent("maker")
    net = adapt(module.graph)
    assert isinstance(net, LangGraphNetwork)
    return module, net


def only_prompt(net: LangGraphNetwork) -> str:
    (name,) = net.discovery.texts
    return name


def loaded(code: str) -> Any:
    assert "llmdl" not in code
    module = types.ModuleType("trained")
    exec(compile(code, "trained.py", "exec"), vars(module))
    return module


@pytest.mark.parametrize("value", ["Only look words up.", NASTY])
@pytest.mark.parametrize("is_async", [True, False])
def test_the_middleware_sends_what_the_bound_run_sent(agent: Agent, folder: Path, value: str, is_async: bool) -> None:
    module, net = agent_of(agent, folder)
    name = only_prompt(net)
    bound = sent(net, module.model, {name: value}, ASKED)
    trained = loaded(net.export("middleware", {name: value}))
    graph = module.make([trained.TrainedTexts()])
    module.model.calls.clear()
    asyncio.run(graph.ainvoke(ASKED)) if is_async else graph.invoke(ASKED)
    assert [[list(m) for m in call] for call in module.model.calls] == bound
    assert bound[0][0] == ["system", value] and len(bound) == 2


def test_what_other_middleware_adds_is_kept(agent: Agent, folder: Path) -> None:
    from langchain.agents.middleware import wrap_model_call
    from langchain_core.messages import SystemMessage

    @wrap_model_call
    def adding(request: Any, handler: Any) -> Any:
        return handler(request.override(system_message=SystemMessage(request.system_message.text + " Be quick.")))

    module, net = agent_of(agent, folder)
    name = only_prompt(net)
    trained = loaded(net.export("middleware", {name: "Only look words up."}))
    module.make([adding, trained.TrainedTexts()]).invoke(ASKED)
    assert module.model.calls[0][0] == ("system", "Only look words up. Be quick.")


def test_tool_descriptions_are_changed_where_they_are_trained(agent: Agent, folder: Path) -> None:
    described = SOURCE.replace('"""Look up what', '"""Find out what').replace(
        "@tool\n", 'WHAT = "Look up what a word means in the dictionary of the house."\n\n\n@tool(description=WHAT)\n'
    )
    module, net = agent_of(agent, folder, described)
    net.unfreeze("*/tool:*")
    code = net.export("middleware", {"model/tool:look_up": "Find a word."})
    trained = loaded(code)
    assert trained.DESCRIPTIONS == {"look_up": (module.WHAT, "Find a word.")}
    assert trained.tool(module.look_up).description == "Find a word." and module.look_up.description == module.WHAT
    assert trained.tool({"name": "look_up"}) == {"name": "look_up"}


def test_another_graph_is_refused(agent: Agent) -> None:
    _, net, _ = opened(agent, "constant")
    with pytest.raises(MisuseError, match="Only an agent made by langchain.agents.create_agent takes middleware"):
        net.export("middleware", {"sort/system_prompt": "Sort."})


def test_a_text_that_is_not_in_the_system_prompt_is_named(agent: Agent, folder: Path) -> None:
    _, net = agent_of(agent, folder)
    elsewhere = opened(agent, "constant")[1].discovery.texts["reply/text"]
    found = dataclasses.replace(net.discovery, texts={**net.discovery.texts, "reply/text": elsewhere})
    with pytest.raises(MisuseError, match="reply/text can't be exported as middleware: it is not in the system prompt"):
        as_middleware(net.original, found, net.tools, {elsewhere.parameter: "Something else about {label}."})
