"""`verify` compares every message of the exported application with those of the bound run, and names what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import MisuseError

from .conftest import Agent
from .test_export import CHANGES, EVERY, STATIC, choice, opened

TONE = """
from dataclasses import dataclass
from langgraph.runtime import Runtime


@dataclass
class Tone:
    tone: str = "calm"


"""


@pytest.mark.parametrize("name", CHANGES)
def test_an_exported_agent_is_verified_without_asking_its_model_again(agent: Agent, name: str) -> None:
    _, net, model = opened(agent, name)
    model.calls.clear()
    told = net.verify([EVERY[name]], CHANGES[name])
    assert told.equal, str(told)
    assert told.calls == len(model.calls) > 0
    assert str(told) == f"verified: every message of {told.calls} calls of 1 probe is equal"
    assert not boundary.is_open()


def test_a_variant_is_verified(agent: Agent) -> None:
    _, net, _ = opened(agent, "constant")
    variant = net.variant(wrap={"sort": choice("messages")})
    assert variant.verify([EVERY["constant"]] * 2, STATIC).equal


def test_a_difference_names_the_call_the_node_and_the_first_character(agent: Agent, folder: Path) -> None:
    source = (folder / "constant.py").read_text()
    read = "import sys\nTONE = 'politely' if 'pytest' in sys.modules else 'rudely'\n"
    told = source.replace("import logging\n", f"import logging\n{read}").replace(
        "a short and polite", "a {TONE} worded"
    )
    (folder / "constant.py").write_text(told)
    _, net, _ = opened(agent, "constant")
    verified = net.verify([EVERY["constant"]], {"sort/system_prompt": "Sort."})
    assert verified.differences == (
        "probe 1, call 2, node 'reply': message 1 differs from character 9: "
        "'Write a politely worded reply to a mail about 2 ', "
        "exported 'Write a rudely worded reply to a mail about 2 me'",
    )
    assert str(verified).startswith("not equal, 2 calls of 1 probe compared:\n- probe 1, call 2")


def test_calls_that_only_one_side_makes_are_named(agent: Agent, folder: Path) -> None:
    path = folder / "constant.py"
    extra = "    if 'pytest' not in __import__('sys').modules:\n        model.invoke('More, please')\n    text = f"
    path.write_text(path.read_text().replace("    text = f", extra))
    _, net, _ = opened(agent, "constant")
    told = net.verify([EVERY["constant"]], {"sort/system_prompt": "Sort."})
    first = [line.partition(":")[0] for line in told.differences]
    assert first == ["probe 1", "probe 1, call 2, node 'reply'", "probe 1"]
    assert "raised LookupError" in told.differences[0]


def test_models_made_inside_nodes_and_times_in_prompts_are_no_difference(agent: Agent, folder: Path) -> None:
    path = folder / "constant.py"
    made = '    from datetime import datetime\n    from model import Scripted, _say\n    text = f"{datetime.now()} '
    told = (
        path.read_text()
        .replace('    text = f"', made)
        .replace("await model.ainvoke", "await Scripted(say=_say).ainvoke")
    )
    path.write_text(told)
    _, net, _ = opened(agent, "constant")
    told = net.verify([EVERY["constant"]], {"sort/system_prompt": "Sort."})
    assert told.equal and told.calls == 2, str(told)


def test_a_probe_that_raises_is_refused(agent: Agent) -> None:
    _, net, _ = opened(agent, "constant")
    with pytest.raises(MisuseError, match="Probe 1 can't be used to verify: the trained application raised ValueError"):
        net.verify([{"messages": []}])


def test_sources_that_can_not_start_alone_are_named(agent: Agent, folder: Path) -> None:
    path = folder / "constant.py"
    path.write_text("import sys\nassert 'pytest' in sys.modules, 'no tests here'\n" + path.read_text())
    _, net, _ = opened(agent, "constant")
    with pytest.raises(MisuseError, match="could not be run in a process of its own: AssertionError: no tests here"):
        net.verify([EVERY["constant"]])


def test_inside_a_run_that_remembers_no_model_is_asked(agent: Agent) -> None:
    _, net, model = opened(agent, "constant")

    class Remembering:
        def __init__(self) -> None:
            self.kept: dict[str, Any] = {}

        async def apay(self, call: Any, send: Any) -> Any:
            if call.key not in self.kept:
                self.kept[call.key] = json.loads(json.dumps(await send()))
            return self.kept[call.key]

        def pay(self, call: Any, send: Any) -> Any:
            return self.kept.setdefault(call.key, send() if call.key not in self.kept else None)

    payer: Any = Remembering()
    for expected in (2, 2):
        with boundary.scope(payer=payer):
            assert net.verify([EVERY["constant"]], CHANGES["constant"]).equal
        assert len(model.calls) == expected


def test_a_network_without_sources_says_so(agent: Agent) -> None:
    from llmdl_plugins.network import Network

    with pytest.raises(MisuseError, match="no exported form"):
        Network("x", {}).verify([])
    assert isinstance(opened(agent, "constant")[1], LangGraphNetwork)


def test_both_sides_are_given_the_context_that_a_server_gives(agent: Agent, folder: Path) -> None:
    path = folder / "constant.py"
    source = path.read_text()
    for old, new in {
        "class State(": TONE + "class State(",
        "reply(state: State)": "reply(state: State, runtime: Runtime)",
        "Write a short": "Write a {runtime.context.tone}",
        "StateGraph(State)": "StateGraph(State, context_schema=Tone)",
    }.items():
        source = source.replace(old, new)
    path.write_text(source)
    _, net, model = opened(agent, "constant")
    assert net.verify([EVERY["constant"]], {"sort/system_prompt": "Sort."}).equal
    assert "Write a calm and polite reply" in str(model.calls[-1])
