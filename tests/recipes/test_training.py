"""A recipe is switched on by training where that is better, tested on sealed rows, and handed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Network, Optimizer, Trainer
from llmdl_plugins.cli.handing import handing

from ..written import written
from .kinds import KINDS, LONG, Kind
from .test_export import TARGETS, apart, values

KNOWS = "one word, and be number"  # how the words of `values` begin


class SwitchOn(Optimizer):
    """Proposes one candidate: the recipe, with words of its own in every copy of the prompt."""

    name = "switch-on"

    def __init__(self, candidate: dict[str, Any]) -> None:
        self.candidate = candidate

    async def optimize(self, problem: Any) -> None:
        await problem.propose(self.candidate, "the recipe is switched on")


def rows(target: str) -> list[Any]:
    right: Any = "right" if target == "chain" else {"answer": "right"}
    asked = ({"question": f"Is parcel {n} late in street {n * n}?", "text": LONG} for n in range(40))
    return [{"inputs": inputs, "expected": right} for inputs in asked]


@pytest.fixture
def better(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application is right with trained words, and its parts say what lets that through."""
    own = app.model.say
    app.model.say = lambda messages: "right" if KNOWS in messages[0].text else own(messages)
    return app


def trained(net: Network, candidate: dict[str, Any], target: str) -> Any:
    return Trainer(net, "exact_match", rows(target), optimizer=SwitchOn(candidate)).fit()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_it_is_trained(better: Any, target: str, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    said = next(iter(kind.costs))
    monkeypatch.setenv("SAID", "right" if kind.name in ("multi-head", "mixture", "hierarchy") else said)
    node = TARGETS[target]
    application = getattr(better, kind.chain if target == "chain" else target)
    net = kind.make(application, node=node, source="question")
    candidate = values(net, node, kind)
    result = trained(net, candidate, target)
    assert (result.status, result.before, result.after) == ("improved", 0.0, 1.0)
    assert result.parameters[f"{node}/chosen"] == {"before": "plain", "after": kind.name}
    assert handing(result).startswith("--as module -o trained "), "a patch is refused for an architecture"
    assert net.invoke(rows(target)[0]["inputs"]) != "right"  # the network itself stays as it was


def test_what_was_trained_runs_elsewhere(better: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAID", "right")
    kind = next(kind for kind in KINDS if kind.name == "multi-head")
    net = kind.make(better.graph, node="answer", source="question")
    result = trained(net, values(net, "answer", kind), "graph")
    written(tmp_path / "out", net.export("module", result.values))
    inputs = rows("graph")[0]["inputs"]
    ((gave, asked),) = apart((tmp_path / "out", "graph", inputs, "right"))
    assert gave["answer"] == "right" and len(asked) == 4
