"""A layout is found around prompts that hold what stands between its slots, and all of them can be changed."""

from __future__ import annotations

from .conftest import Agent
from .test_export import sent
from .test_frozen import network
from .test_probes import trainable

HOUSE = {"house": "Rose Cottage"}


def test_a_layout_is_cut_around_the_prompts_that_fill_it(agent: Agent) -> None:
    module = agent("layout")
    net = network(module, probes=[HOUSE])
    texts = {net[name].default: name for name in trainable(net)}
    values = {
        texts["Asking about {house} in {year}.\n{rules}\n{form}"]: "We ask of {house}, as of {year}.\n{rules}\n{form}",
        texts[module.RULES_PROMPT]: "Find out who lives there.\nBe brief.",
        texts[module.FORMAT_GUIDELINES]: "One line for each.",
    }
    [[[_, said]]] = sent(net, module.model, values, HOUSE)
    assert said == "We ask of Rose Cottage, as of 2030.\nFind out who lives there.\nBe brief.\nOne line for each."
