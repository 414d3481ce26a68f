"""What is exported sends byte for byte what the bound run sends, in a process that does not know this package."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.demonstrations import Demonstrations
from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
from llmdl_plugins.module import Module

from ..written import written
from .conftest import AGENTS, Agent
from .test_frozen import INPUTS, network

TICKET = {"text": "The invoice of May is wrong"}
NASTY = 'It\'s "new" \\ and has {braces}, 100% of """quotes""", é 🎉\u2028and\nlines'
DEMOS = [
    {"input": "The invoice of June is missing", "output": "billing"},
    {"input": "My screen is black and I can't work", "output": "technical"},
    {"input": "Why is the May invoice wrong again?", "output": "billing"},
    {"input": "A café — “quoted” 🎉", "output": "other"},
]
CHANGES: dict[str, dict[str, str]] = {
    "constant": {"sort/system_prompt": NASTY, "reply/text": "Answer a mail about {label}."},
    "context": {"answer/answer_prompt": NASTY.replace("braces", "day")},
    "chains": {
        "draft/prompt": "Say \"{{voice}}\" and {'a': 1} in the voice of a {voice}.",
        "shared/check_instructions": NASTY,
        "review/check/style": "Keep it short, and 'simple'.",
    },
    "react": {"agent/prompt": NASTY},
    "fan": {"joke/joke_prompt": "One {subject} joke {now}.", "best/best_prompt": 'The "best" of these:\n\n{jokes}'},
    "desk": {
        "sort/sort_instructions": "Sort it as {arg0}; be 50% sure.",
        "reply/reply_template": "Say {LABEL} & 'no more'.\n",
    },
}
EVERY = {**INPUTS, "desk": TICKET}


def sent(net: LangGraphNetwork, model: Any, values: dict[str, Any], inputs: Any) -> list[Any]:
    model.calls.clear()
    with net.using(values):
        asyncio.run(net.ainvoke(inputs))
    return json.loads(json.dumps(model.calls))  # type: ignore[no-any-return]


def sent_alone(*runs: tuple[Path, str, Any]) -> list[list[Any]]:
    """What the graphs of these modules in these folders send, in a process that does not know this package."""
    told = [json.dumps([str(folder), module, inputs]) for folder, module, inputs in runs]
    command = [sys.executable, "-W", "error", str(AGENTS / "ask.py"), *told]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def patched(net: LangGraphNetwork, values: dict[str, Any], folder: Path) -> str:
    """The patch of these values, which git has applied in the folder, by then a repository."""
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    patch = net.export("patch", values)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), check=True)
    return patch


def test_a_patched_source_sends_what_the_bound_run_sent(agent: Agent, folder: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=folder.parent, check=True)
    nets = {name: opened(agent, name) for name in CHANGES}
    bound = [sent(net, model, CHANGES[name], EVERY[name]) for name, (_, net, model) in nets.items()]
    for name, (_, net, model) in nets.items():
        assert sent(net, model, {}, EVERY[name]) not in bound
        patch = net.export("patch", CHANGES[name])
        subprocess.run(["git", "apply", "-"], cwd=folder.parent, input=patch.encode(), check=True)
    alone = sent_alone(*[(folder, name, EVERY[name]) for name in CHANGES])
    assert [in_order(calls) for calls in alone] == [in_order(calls) for calls in bound]


@pytest.mark.parametrize("name", CHANGES)
def test_an_exported_graph_sends_what_the_bound_run_sent(agent: Agent, name: str) -> None:
    module, net, model = opened(agent, name)
    bound = sent(net, model, CHANGES[name], EVERY[name])
    graph = net.export("graph", CHANGES[name])
    asyncio.run(graph.ainvoke(EVERY[name]))
    assert in_order(json.loads(json.dumps(model_of(graph, name).calls))) == in_order(bound)
    assert type(graph) is type(module.graph)


def in_order(calls: list[Any]) -> list[Any]:
    """The calls of a run, whose parallel nodes may call in any order."""
    return sorted(calls, key=str)


def test_nothing_changed_is_an_empty_patch(agent: Agent) -> None:
    _, net, _ = opened(agent, "chains")
    assert net.export("patch") == "" and net.export("weights") == {}


def test_values_in_force_are_exported_by_default(agent: Agent) -> None:
    _, net, _ = opened(agent, "react")
    with net.using({"agent/prompt": "Look up all words."}):
        assert '+        return create_react_agent(model, [look_up], prompt="Look up all words.")' in net.export(
            "patch"
        )
        assert net.export("weights") == {"agent/prompt": "Look up all words."}


def test_without_a_repository_paths_are_relative_to_the_files(agent: Agent, folder: Path) -> None:
    _, net, _ = opened(agent, "react")
    _, desk, _ = opened(agent, "desk")
    assert net.export("patch", {"agent/prompt": "Look up all words."}).startswith("--- a/react.py\n+++ b/react.py\n")
    assert "--- a/texts.py\n" in desk.export("patch", CHANGES["desk"])
    assert not (folder / ".git").exists()


def test_files_with_other_line_ends_and_encodings_are_patched_in_kind(agent: Agent, folder: Path) -> None:
    texts = folder / "desk" / "texts.py"
    source = "# -*- coding: latin-1 -*-\n# Grüße\n" + texts.read_text(encoding="utf-8")
    texts.write_bytes(source.replace("\n", "\r\n").encode("latin-1"))
    _, net, model = opened(agent, "desk")
    changes = {"reply/reply_template": "Schöne Grüße zu {LABEL}.\n"}
    bound = sent(net, model, changes, TICKET)
    assert '+REPLY_TEMPLATE = """Schöne Grüße zu <<LABEL>>.\r\n' in net.export("patch", changes)
    graph = net.export("graph", changes)
    asyncio.run(graph.ainvoke(TICKET))
    assert [[list(m) for m in call] for call in model_of(graph, "desk").calls] == bound


def test_an_unknown_form_is_a_misuse(agent: Agent) -> None:
    _, net, _ = opened(agent, "react")
    with pytest.raises(MisuseError, match="Did you mean 'module'"):
        net.export("modul")


def test_changed_texts_alone_are_a_module_that_runs_without_this_package(agent: Agent, tmp_path: Path) -> None:
    _, net, model = opened(agent, "constant")
    bound = sent(net, model, CHANGES["constant"], EVERY["constant"])
    written(tmp_path / "alone", net.export("module", CHANGES["constant"]))
    assert sent_alone((tmp_path / "alone", "app", EVERY["constant"])) == [bound]


def choice(source: str) -> Any:
    def make(inner: Module) -> Module:
        return Choice(
            {
                "plain": inner,
                "static": Demonstrations(inner, source),
                "retrieved": RetrievedDemonstrations(inner, source),
            }
        )

    return make


# Answers and overlaps such that how many neighbours vote, and how they are weighed, decides what is shown.
WORDS = ["my", "screen", "is", "black", "and", "the", "invoice", "of", "may", "june", "missing", "wrong", "again"]
POOL = DEMOS + [
    {
        "input": " ".join(WORDS[(n * k) % len(WORDS)] for k in range(2, 7)),
        "output": ("billing", "technical", "other")[n % 3],
    }
    for n in range(1, 61)
]
STATIC = {"sort/chosen": "static", "sort/static/demos": DEMOS}
NEAREST = {"sort/chosen": "retrieved", "sort/retrieved/pool": POOL, "sort/retrieved/k": 2}
AGREEING = {**NEAREST, "sort/retrieved/select": "agreeing", "sort/retrieved/k": 1}
VARIANTS = [
    ("constant", "messages", {}),
    ("constant", "messages", STATIC),
    ("constant", "messages", NEAREST),
    ("constant", "messages", {**AGREEING, **CHANGES["constant"]}),
    ("desk", "text", {**STATIC, **CHANGES["desk"]}),
    ("desk", "text", NEAREST),
    ("desk", "text", AGREEING),
]


def test_variants_run_without_this_package(agent: Agent, tmp_path: Path) -> None:
    bound, runs = [], []
    for n, (name, source, values) in enumerate(VARIANTS):
        _, net, model = opened(agent, name)
        variant = net.variant(wrap={"sort": choice(source)})
        bound.append(sent(variant, model, values, EVERY[name]))
        files = variant.export("module", values)
        written(tmp_path / f"alone{n}", files)
        runs.append((tmp_path / f"alone{n}", "app", EVERY[name]))
        assert not any("llmdl" in text for text in files.values())
        assert ("bm25s" in files["requirements.txt"]) == ("sort/retrieved/pool" in values)
        assert ("blocks/retrieved.py" in files) == ("sort/retrieved/pool" in values)
    assert sent_alone(*runs) == bound


def test_an_exported_variant_graph_sends_what_the_bound_run_sent(agent: Agent) -> None:
    _, net, model = opened(agent, "desk")
    values = {**AGREEING, **CHANGES["desk"]}
    variant = net.variant(wrap={"sort": choice("text")})
    bound = sent(variant, model, values, TICKET)
    graph = variant.export("graph", values)
    asyncio.run(graph.ainvoke(TICKET))
    assert [[list(m) for m in call] for call in model_of(graph, "app").calls] == bound


def test_a_layer_without_a_plain_form_is_refused(agent: Agent) -> None:
    class Twice(Module):
        def __init__(self, inner: Module) -> None:
            self.inner = inner

        async def forward(self, state: Any) -> Any:
            await self.inner.ainvoke(state)
            return await self.inner.ainvoke(state)

    _, net, _ = opened(agent, "desk")
    with pytest.raises(
        MisuseError, match="Twice.* has no source that could be written out: define it in a file of its own"
    ):
        net.variant(wrap={"sort": Twice}).export("module", {})


def opened(agent: Agent, name: str) -> tuple[Any, LangGraphNetwork, Any]:
    module = agent(name)
    return module, network(module), (module if name == "react" else agent("model")).model


def model_of(graph: Any, name: str) -> Any:
    """The model of the copied sources that an exported graph was imported from."""
    held = [m for n, m in sys.modules.items() if n.startswith("patched_") and graph in vars(m).values()]
    package = held[-1].__name__.partition(".")[0]
    return sys.modules[f"{package}.{'react' if name == 'react' else 'model'}"].model
