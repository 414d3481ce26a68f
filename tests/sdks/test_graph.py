"""A graph whose nodes call SDKs by themselves is a network like any other: found, bound, recorded, trained."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.door import boundary
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.run.evaluate import Evaluator

PROBE = {"topic": "rain"}
NAMES = ["write/writer", "review/prompt", "judge/prompt"]


@pytest.fixture
def net(provider: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    provider.reset(echo=False)
    monkeypatch.syspath_prepend(str(Path(__file__).with_name("agents")))
    yield trainable(importlib.import_module("direct").graph, probes=[PROBE])
    del sys.modules["direct"]


def test_its_prompts_are_found_at_the_nodes_that_send_them(net: Network, provider: Any) -> None:
    assert list(net.named_parameters()) == NAMES
    assert all(p.trainable for p in net.named_parameters().values())
    assert len(provider.received) == 3


def test_values_in_force_reach_the_server(net: Network, provider: Any) -> None:
    provider.reset(echo=False)
    changed = {"write/writer": "Sing.", "review/prompt": "Praise {line}!", "judge/prompt": "Be kind."}
    with net.using(changed):
        out = net.invoke(PROBE)
    write, review, judge = provider.received
    assert write["messages"][0]["content"] == "Sing." and judge["system"] == "Be kind."
    assert review["contents"][0]["parts"][0]["text"] == "Praise answer 1!"
    assert out["verdict"] == "answer 3"


async def test_its_tape_says_who_read_what_and_sent_what(net: Network) -> None:
    _, tape = await net.trace(PROBE)
    names = {p: name for name, p in net.named_parameters().items()}
    assert [[names[p] for p in step.reads] for step in tape.steps] == [[name] for name in NAMES]
    assert [[m["type"] for m in step.calls[0].messages] for step in tape.steps] == [  # type: ignore[index, union-attr, call-overload]
        ["system", "human"],
        ["human"],
        ["system", "human"],
    ]
    assert all(step.calls[0].usage == {"input": 7, "output": 5} for step in tape.steps)


async def test_candidates_are_evaluated_on_the_ledger_and_a_second_process_pays_nothing(
    net: Network, run: Any, provider: Any
) -> None:
    provider.reset(echo=False)
    rows = load([{"inputs": {"topic": f"topic {n}"}, "expected": {"verdict": "x"}} for n in range(4)])
    candidates = [{}, {"judge/prompt": "Be kind to the line."}]
    for _ in range(2):
        evaluator = Evaluator(net, resolve("exact_match"), run.ledger, run.cashier)
        with boundary.door():
            rollouts = await evaluator.evaluate(candidates, rows)
        assert [r.status for r in rollouts] == ["scored"] * 8
    # Nodes above the change are shared between the candidates.
    assert len(provider.received) == 4 * 4 == run.calls[0] == run.calls[1]


def test_it_is_not_verified_since_nobody_could_replay_its_calls(net: Network, provider: Any) -> None:
    provider.reset(echo=False)
    with pytest.raises(MisuseError, match="can't be replayed without this package: only chat models of LangChain can"):
        net.verify([PROBE])
    assert len(provider.received) == 1
