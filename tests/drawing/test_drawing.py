"""Drawings of networks: everything is in them, nothing lies on anything else, and no text breaks them."""

from __future__ import annotations

import re
from typing import Any, TypedDict
from xml.etree import ElementTree

import pytest
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Choice, Identity, Module, Prompt, Sequential, trainable
from llmdl_plugins.containers.multi_head import MultiHead
from llmdl_plugins.containers.refine import Refine
from llmdl_plugins.drawing.outline import outline
from llmdl_plugins.drawing.svg import Placed, place, wired
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.critic import Critic
from llmdl_plugins.layers.fuse import Fuse
from llmdl_plugins.layers.mlp import MLP
from llmdl_plugins.testing import ScriptedChat

MODEL = ScriptedChat([])
NASTY = 'a"<b>&</svg>\x1b[31m'


def network() -> Module:
    answer = Prompt(MODEL, "Answer.", "question", "answer")
    heads = MultiHead({"short": answer, NASTY: answer}, Fuse(MODEL, ["question", "drafts"], "answer"))
    return Sequential(
        MLP(MODEL, "question", "notes", units=[["one", "two"], ["three"]]),
        Choice({"heads": heads, "not": Identity()}),
        Refine(answer, Critic(MODEL, ["question", "draft"]), "question"),
    )


def test_every_layer_is_drawn_with_its_keys_and_choices() -> None:
    net = trainable(network())
    for text in (net.draw(), net.draw("svg")):
        assert all(
            word in text
            for word in ("MLP", "MultiHead", "short: Prompt", "critic: Critic", "question, draft → critique")
        )
        assert "chosen heads" in text
        with net.using({"layers.1/chosen": "not"}):
            changed = net.draw("svg" if text.startswith("<svg") else "mermaid")
        assert "chosen not" in changed


def test_what_runs_in_order_is_joined_by_arrows_and_what_runs_beside_is_not() -> None:
    text = trainable(network()).draw()
    assert re.findall(r"(n0\w*) --> (n0\w*)", text) == [("n0_0", "n0_1"), ("n0_1", "n0_2")]
    assert text.startswith("flowchart TD\n") and text.count("subgraph") == text.count(" end\n")


def test_no_name_breaks_a_drawing() -> None:
    net = trainable(network())
    texts = [one.text for one in ElementTree.fromstring(net.draw("svg")).iter() if one.tag.endswith("text")]
    assert any(text and text.startswith('a"<b>&</svg>\\x1b') for text in texts)
    assert '"a#quot;<b>' in net.draw()


def test_boxes_lie_within_each_other_and_never_on_each_other() -> None:
    def check(placed: Placed) -> int:
        inside = placed.inside
        for n, (x, y, one) in enumerate(inside):
            assert x >= 0 and y > 0 and x + one.width <= placed.width and y + one.height <= placed.height
            for left, top, other in inside[n + 1 :]:
                apart = (
                    left >= x + one.width or x >= left + other.width or top >= y + one.height or y >= top + other.height
                )
                assert apart, (one.box.title, other.box.title)
        return 1 + sum(check(one) for _, _, one in inside)

    assert check(place(outline(network()))) > 12


class State(TypedDict):
    question: str


def graph() -> Any:
    built = StateGraph(State)
    for name in ("plan", "look", "write"):
        built.add_node(name, lambda state: {})
    built.add_edge(START, "plan").add_edge("plan", "look").add_edge("plan", "write")
    built.add_conditional_edges("look", lambda state: "plan", ["plan", "write"])
    return built.add_edge("write", END).compile()


def test_a_graph_of_the_user_is_drawn_from_top_to_bottom() -> None:
    drawn = ElementTree.fromstring(trainable(graph()).draw("svg"))
    rows = {}
    for group in (one for one in drawn.iter() if one.tag.endswith("}g")):
        place = re.findall(r"[\d.]+", group.attrib["transform"])
        rows["".join(group.itertext())] = float(place[1])
    assert rows["__start__"] < rows["plan"] < rows["look"] < rows["write"] < rows["__end__"]
    paths = [one for one in drawn.iter() if one.tag.endswith("path")]
    assert len(paths) == 6 and sum("class" in one.attrib for one in paths) == 2


def test_loops_alone_can_be_drawn() -> None:
    assert wired(["a", "b"], [("a", "b", False), ("b", "a", True), ("a", "a", True)]).count("<path") == 3
    assert ElementTree.fromstring(wired([], [])).tag.endswith("svg")


def test_a_chain_is_drawn_by_its_links() -> None:
    chain = ChatPromptTemplate.from_template("Say {question}.") | MODEL
    assert "ScriptedChat" in trainable(chain).draw("svg")


@pytest.mark.parametrize("obj", [network(), graph()])
def test_another_form_is_refused(obj: Any) -> None:
    with pytest.raises(MisuseError, match="can't be drawn as 'png', but as mermaid or svg"):
        trainable(obj).draw("png")
