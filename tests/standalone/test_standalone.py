"""Networks of layers as plain code: they give what they give here, in a process that does not have this package."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from llmdl_plugins import Choice, Identity, Module, Parameter, Prompt, Sequential, trainable
from llmdl_plugins.containers.multi_head import MultiHead
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.containers.stored import Stored
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.activation import Activation
from llmdl_plugins.layers.black_box import BlackBox
from llmdl_plugins.layers.buffer_memory import BufferMemory
from llmdl_plugins.layers.conv import Conv
from llmdl_plugins.layers.pool import Pool
from llmdl_plugins.layers.retrieve import Retrieve
from llmdl_plugins.layers.tool import Tool
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import BUILTIN
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.testing.conformance.making import made

APART = Path(__file__).parent / "apart"
STATE = {"question": "The parcel is late, 3 days.", "thread": "one"}
KEYS = ["pieces", "messages", "notes", "drafts"]  # what layers read beside the question, as texts
WITH_PARTS = {"identity", "tool", "black-box", "stored"}  # hold what the kit makes for them: in "parts" below


@pytest.fixture(scope="module")
def echoing() -> Iterator[Any]:
    sys.path.insert(0, str(APART))
    import echoing

    yield echoing
    sys.path.remove(str(APART))


def networks(echoing: Any) -> Iterator[tuple[str, Module, dict[str, Any]]]:
    """What is written out below, with the values that are trained."""
    model = echoing.Echoing(prefix="Said")
    for kind in ("layers", "containers"):
        for name, offer in catalogue(kind).items():
            if offer.plugin.distribution == BUILTIN.distribution and name not in WITH_PARTS:
                yield name, Sequential(made(offer.load(), echoing.Echoing()), BlackBox(echoing.shout, "after")), {}
    answer = Prompt(model, "Answer.", "question", "answer", demos=[])
    yield (
        "trained",
        Sequential(Choice({"not": Identity(), "now": answer}), Optional(Pool("answer", "short"), on=False)),
        {
            "layers.0/chosen": "now",
            "layers.0/alternatives.now/instruction": 'Say "no" \\ {x}.\n',
            "layers.0/alternatives.now/demos": [{"input": "1 + 1", "output": "2"}],
        },
    )
    inner = Prompt(model, "Shared.", "question", "answer")
    words = {"heads.one/instruction": "First.", "heads.two/instruction": "Second."}
    yield "own words", MultiHead({"one": Untied(inner), "two": Untied(inner)}), words
    yield (
        "parts",
        Sequential(
            Retrieve(echoing.Late(), "question"),
            Tool(model, [echoing.look_up], ["question", "documents"], "answer"),
            BlackBox(echoing.chain, "shouting", target="shouted"),
            Activation(echoing.Verdict | None, "answer", "exact"),
            Activation(Literal["late"], "question"),
            Stored(BufferMemory("question"), echoing.store),
        ),
        {},
    )
    yield "of others", Doubled(Prompt(model, "Answer.", "question", "answer")), {}


class Doubled(Module):
    """state → inner, two times; a container of somebody else, which does not say what it reads and writes."""

    def __init__(self, inner: Module) -> None:
        self.inner, self.again = inner, Parameter("Once more: {}", role="said before the second time")

    async def forward(self, state: Any) -> Any:
        first = await self.inner.ainvoke(state)
        return await self.inner.ainvoke({**state, "question": self.again.value.format(doubled(first["answer"]))})


def doubled(text: str) -> str:
    return text + text


@dataclass(frozen=True)
class Ran:
    """A network, written out and run: its files, what it gives here, and what they give alone."""

    files: Mapping[str, str]
    here: Mapping[str, Any]
    alone: list[Mapping[str, Any]]  # synchronously, asynchronously

    @property
    def app(self) -> str:
        return self.files["app.py"]


@pytest.fixture(scope="module")
def ran(echoing: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """All networks, written to folders that are run in one process that can't import this package."""
    folder, state = tmp_path_factory.mktemp("written"), {**dict.fromkeys(KEYS, "Ada is in Rome. It is late."), **STATE}
    files, here = {}, {}
    for name, network, values in networks(echoing):
        net = trainable(network)
        files[name] = net.export("module", values)
        with net.using(values):
            here[name] = json.loads(json.dumps(net.invoke(state), default=str))
        for path, text in files[name].items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / path).write_text(text, "utf-8")
    told = json.dumps([[str(folder / name), state] for name in files])
    command = [sys.executable, "-W", "error", str(APART / "run.py")]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = [[json.loads(one) for one in pair] for pair in json.loads(done.stdout)]
    return {name: Ran(files[name], here[name], answer) for name, answer in zip(files, answers, strict=True)}


def test_every_layer_and_container_gives_alone_what_it_gives_here(ran: dict[str, Ran]) -> None:
    assert len(ran) > 35
    for name, one in ran.items():
        for answer in one.alone:
            # Inputs that no layer reads do not come back.
            assert answer == {key: value for key, value in one.here.items() if key in answer}, name
            assert "answer" in answer, name


def test_no_trace_of_us_is_in_what_is_written(ran: dict[str, Ran]) -> None:
    for name, one in ran.items():
        assert "llmdl" not in "".join(one.files.values()).casefold(), name
        assert json.loads(one.files["langgraph.json"])["graphs"] == {"agent": "./app.py:graph"}
    conv = ran["conv"].files
    assert "annotations" not in conv["blocks/conv.py"] and "Parameter" not in conv["blocks/conv.py"]
    assert conv["requirements.txt"].split() == ["echoing", "langchain-core", "langgraph"]


def test_trained_values_are_written_and_choices_are_made(ran: dict[str, Ran]) -> None:
    one = ran["trained"]
    assert one.app.count("add_node") == 1 and "Pool" not in one.app
    assert one.alone[0]["answer"].startswith('Said 4: Say "no" \\ {x}.\n | 1 + 1 | 2 | The parcel')


def test_untied_copies_are_blocks_with_words_of_their_own(ran: dict[str, Ran]) -> None:
    app = ran["own words"].app
    assert "First." in app and "Second." in app and "Shared." not in app


def test_parts_of_the_application_are_imported_by_their_names(ran: dict[str, Ran]) -> None:
    one = ran["parts"]
    assert all(f"from echoing import {name}\n" in one.app for name in ("Late", "Verdict", "chain", "look_up", "store"))
    assert one.alone[0]["question"] == "late" and one.alone[0]["shouted"] == {"answer": STATE["question"].upper()}


def test_layers_of_others_are_written_too(ran: dict[str, Ran]) -> None:
    one = ran["of others"]
    assert "Once more" in one.app and "self.again.format(doubled(" in "".join(one.files.values())
    assert "Once more: Said 2" in one.alone[0]["answer"]


def test_a_graph_of_it_runs_here_too(echoing: Any) -> None:
    net = trainable(Conv(echoing.Echoing(), "How many?", "question", "counts"))
    assert net.export("graph").invoke(STATE)["counts"] == net.invoke(STATE)["counts"]


def test_secrets_are_not_written(echoing: Any) -> None:
    app = trainable(Prompt(echoing.Echoing(key="sk-secret", prefix="P"), "Answer.", "q", "a")).export("module")[
        "app.py"
    ]
    assert "secret" not in app and "Echoing(prefix='P')" in app


def test_a_model_of_a_provider_is_made_anew(monkeypatch: Any) -> None:
    openai = pytest.importorskip("langchain_openai")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    net = trainable(Prompt(openai.ChatOpenAI(model="gpt-4o-mini", temperature=0), "Answer.", "question", "answer"))
    app = net.export("module")["app.py"]
    assert "model_1 = ChatOpenAI(model_name='gpt-4o-mini', temperature=0.0" in app and "secret" not in app
    assert net.export("graph").get_graph().nodes.keys() == {"__start__", "prompt", "__end__"}


def local() -> Any:
    return lambda state: {}


@pytest.mark.parametrize(
    ("said", "layer"),
    [
        ("Prompt.model is a ScriptedChat, which does not run without", Prompt(ScriptedChat([]), "a", "q", "a")),
        ("can't be written down: give it a name in a module", BlackBox(local())),
    ],
)
def test_what_can_not_be_written_is_said(said: str, layer: Module) -> None:
    with pytest.raises(MisuseError, match=said):
        trainable(layer).export("module")
    with pytest.raises(MisuseError, match="as 'modul', but as weights, module, graph. Did you mean 'module'"):
        trainable(layer).export("modul")
