"""What is exported asks and answers as the recipe does, in a process that does not know this package."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import llmdl_recipes as recipes
from llmdl_plugins import Module, Network, Parameter, Prompt, Sequential, trainable
from llmdl_plugins.containers import Decompose
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers import Conv, EncoderDecoder, Pool, Retrieve, Score, SummaryMemory
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.updates import text_of

from ..written import written
from .kinds import KINDS, LONG, SHORT, Kind

TARGETS = {"chain": "chain", "graph": "answer"}  # what the user has, and its node
APART = Path(__file__).parent / "agents" / "apart.py"
OWN = "Answer with one word, and be {} about it."


def values(net: Network, node: str, kind: Kind) -> dict[str, Any]:
    """The recipe switched on, and every copy of the user's prompt with words of its own."""
    texts = {name: p for name, p in net.named_parameters().items() if p.trainable and "one word" in str(p.default)}
    own = {name: OWN.format(f"number {n}") for n, name in enumerate(texts, start=1)}
    return {f"{node}/chosen": kind.name, **{f"{node}/{name}": v for name, v in kind.values.items()}, **own}


def bound(app: Any, net: Network, chosen: Mapping[str, Any], inputs: Any) -> list[Any]:
    """What a run in this process gives, and what is asked in it."""
    app.model.calls.clear()
    with net.using(chosen):
        return [net.invoke(inputs), sorted(app.model.calls)]


def apart(*runs: tuple[Path, str, Any, str]) -> list[Any]:
    """The same of exported folders, in another process."""
    told = [json.dumps([str(folder), name, asked, said]) for folder, name, asked, said in runs]
    command = [sys.executable, "-W", "error", str(APART), *told]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [[gave, sorted(asked)] for gave, asked in json.loads(done.stdout)]


@pytest.mark.parametrize("target", [pytest.param("chain", marks=pytest.mark.long), "graph"])
def test_it_runs_without_this_package_as_it_was_trained(
    app: Any, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, expected = [], []
    for n, kind in enumerate(KINDS):
        said = list(kind.costs)[-1]
        monkeypatch.setenv("SAID", said)
        node = TARGETS[target]
        net = kind.make(getattr(app, kind.chain if target == "chain" else target), node=node, source="question")
        chosen = values(net, node, kind)
        expected.append(bound(app, net, chosen, kind.inputs))
        files = net.export("module", chosen)
        assert not any("llmdl" in text for text in files.values())
        written(tmp_path / str(n), files)
        runs.append((tmp_path / str(n), target, kind.inputs, said))
    assert apart(*runs) == expected
    assert [len(asked) for _, asked in expected] == [list(kind.costs.values())[-1] for kind in KINDS]


def test_a_recipe_that_is_off_is_exported_as_the_application(app: Any) -> None:
    files = recipes.multi_head(app.chain).export("module", {"chain/prompt": "One word."})
    assert "blocks/nodes.py" not in files and "from counting import chain as chain" in files["app.py"]
    assert '("system", "One word.")' in files["counting.py"]


def test_the_graph_is_there_in_this_process_too(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAID", "both")
    net = recipes.multi_head(app.graph, 2, source="question")
    chosen = {"answer/chosen": "multi-head", "answer/multi-head/head_2/system": "One word, or one word."}
    graph = net.export("graph", chosen)
    assert (
        graph.invoke({"question": SHORT})["answer"]
        == bound(app, net, chosen, {"question": SHORT})[0]["answer"]
        == "both"
    )


def test_a_node_that_is_left_out_is_not_asked_in_the_exported_graph(app: Any) -> None:
    net = recipes.leave_out(app.graph)
    app.model.calls.clear()
    with pytest.raises(KeyError, match="answer"):  # the next node signs it
        net.export("graph", {"answer/chosen": "leave-out"}).invoke({"question": SHORT})
    assert not app.model.calls and net.export("graph", {}).invoke({"question": SHORT})["answer"]


def test_a_patch_does_not_lose_an_architecture_in_silence(app: Any) -> None:
    with pytest.raises(MisuseError, match='Layers at chain can\'t be exported as patch.*"module"'):
        recipes.vote(app.chain).export("patch", {"chain/chosen": "vote"})
    assert recipes.vote(app.chain).export("patch", {"chain/prompt": "One word."})


def test_a_model_without_a_name_is_told(app: Any) -> None:
    net = recipes.refine(app.chain, model=ScriptedChat(script=["NONE"]))
    with pytest.raises(MisuseError, match="Prompt.model is a ScriptedChat, which does not run without"):
        net.export("module", {"chain/chosen": "refine"})


FACTS = ["A parcel is late after 3 days.", "A letter is never late.", "Ada lives in Rome."]


class Doubled(Module):
    """A container of somebody else: inner, and inner again on what it said."""

    def __init__(self, inner: Module) -> None:
        self.inner, self.again = inner, Parameter("{} Again: {}")

    async def forward(self, state: Any) -> Any:
        first = await self.inner.ainvoke(state)
        return await self.inner.ainvoke({**state, "question": self.again.value.format(*[text_of(first)] * 2)})


def layers(model: Any) -> dict[str, Callable[[Module], Module]]:
    """Name → what is put around or in front of a node, of all that no recipe has."""
    asks = Prompt(model, "Which parts?", "question", "parts")
    return {
        "decompose": lambda inner: Decompose(inner, asks, "question", 2),
        "encoder-decoder": lambda _: EncoderDecoder(model, "question", "answer"),
        "conv": lambda _: Sequential(Conv(model, "How many?", "text", "said", width=16), Pool("said", "answer", "sum")),
        "retrieve": lambda _: Sequential(
            Retrieve(FACTS, "question", k=2), Prompt(model, "Say.", "documents", "answer")
        ),
        "memory": lambda _: Sequential(
            SummaryMemory(model, "text", "kept", bound=60), Prompt(model, "Say.", "kept", "answer")
        ),
        "score": lambda _: Score(model, ["yes", "no"], "question", "answer", by="draws", draws=2),
        "of others": Doubled,
    }


@pytest.mark.long
def test_what_no_recipe_has_is_exported_at_a_node_too(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAID", "A letter, or 2")
    runs, expected = [], []
    for name, made in layers(app.model).items():
        net = trainable(app.graph).variant(wrap={"answer": made})
        inputs = {"question": SHORT, "text": LONG}
        expected.append(bound(app, net, {}, inputs))
        files = net.export("module")
        assert not any("llmdl" in text for text in files.values()), name
        written(tmp_path / name, files)
        runs.append((tmp_path / name, "graph", inputs, "A letter, or 2"))
    assert apart(*runs) == expected
