"""A DSPy program with a recipe switched on asks and answers the same in a process that does not know this package."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

dspy = pytest.importorskip("dspy")

import llmdl_recipes as recipes  # noqa: E402
from llmdl_plugins import trainable  # noqa: E402
from llmdl_plugins.containers.vote import Vote  # noqa: E402
from llmdl_plugins.errors import MisuseError  # noqa: E402

from ..written import written  # noqa: E402
from .kinds import KINDS, SHORT, Kind  # noqa: E402

NODES = {"program": "self", "desk": "answers[0]"}  # the programs, and their nodes
BESIDE = ("__init__", "block", "placed")  # what stands there without blocks, too
OWN = "Answer with one word, and be {} about it."


@pytest.fixture
def asking(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The user's module."""
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("asking")
    del sys.modules["asking"]


def values(net: Any, node: str, kind: Kind) -> dict[str, Any]:
    """The recipe switched on, and every copy of the user's instructions with words of its own."""
    texts = {name: p for name, p in net.named_parameters().items() if p.trainable and "one word" in str(p.default)}
    own = {name: OWN.format(f"number {n}") for n, name in enumerate(texts, start=1)}
    demo = {"input": json.dumps({"question": "Is it?", "text": "It is."}), "output": "yes"}
    return {
        f"{node}/chosen": kind.name,
        **{f"{node}/{n}": v for n, v in kind.values.items()},
        **own,
        f"{node}/demos": [demo],
    }


def bound(asking: Any, net: Any, chosen: Mapping[str, Any], inputs: Any) -> list[Any]:
    """What a run in this process gives, and what is asked in it."""
    asking.calls.clear()
    with net.using(chosen):
        return [net.invoke(inputs).toDict(), sorted(asking.calls)]


def apart(folder: Path, *runs: tuple[Path, bool, Any, str]) -> list[Any]:
    """The same of exported folders, in another process."""
    told = [json.dumps([str(one), *rest]) for one, *rest in runs]
    command = [sys.executable, str(folder / "programs_apart.py"), *told]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return [[gave, sorted(asked)] for gave, asked in json.loads(done.stdout)]


@pytest.mark.parametrize("target", ["program", pytest.param("desk", marks=pytest.mark.long)])
def test_it_runs_without_this_package_as_it_was_trained(
    asking: Any, folder: Path, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, runs, expected = NODES[target], [], []
    with dspy.context(lm=asking.lm):
        for n, kind in enumerate(KINDS):
            said = list(kind.costs)[-1]
            monkeypatch.setenv("SAID", said)
            net = kind.make(getattr(asking, target), node=node, source="question")
            chosen = values(net, node, kind)
            expected.append(bound(asking, net, chosen, kind.inputs))
            files = net.export("module", chosen)
            assert not [line for text in files.values() for line in text.splitlines() if "llmdl" in line], kind
            runs.append((written(tmp_path / str(n), files), target == "desk" and n % 2 == 0, kind.inputs, said))
    assert apart(folder, *runs) == expected
    before = 1 if target == "desk" else 0
    assert [len(asked) - before for _, asked in expected] == [list(kind.costs.values())[-1] for kind in KINDS]


@pytest.mark.parametrize("name", ["cascade", "multi-head"])
def test_copies_that_a_module_of_dspys_makes_have_the_blocks_too(
    asking: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kind = next(one for one in KINDS if one.name == name)
    said, calls = list(kind.costs.items())[-1]
    monkeypatch.setenv("SAID", said)
    with dspy.context(lm=asking.lm):
        net = kind.make(asking.best, node="module", source="question")
        chosen = values(net, "module", kind)
        expected = bound(asking, net, chosen, kind.inputs)
    files = net.export("module", chosen)
    assert apart(folder, (written(tmp_path / "best", files), False, kind.inputs, said)) == [expected]
    assert len(expected[1]) == 2 * calls


def test_what_holds_texts_alone_refuses_an_architecture_and_names_what_holds_it(asking: Any) -> None:
    net = recipes.vote(asking.program)
    with pytest.raises(MisuseError, match='Layers at self can\'t be exported as dspy.*"module"'):
        net.export("dspy", {"self/chosen": "vote"})
    assert net.export("dspy", {"self/instructions": "One word."})["signature"]["instructions"] == "One word."
    assert net.export("program", {"self/instructions": "One word."}).signature.instructions == "One word."


def test_a_recipe_that_is_off_is_exported_as_the_program(asking: Any, folder: Path, tmp_path: Path) -> None:
    net, chosen = recipes.vote(asking.program), {"self/instructions": "One word, and no more."}
    files = net.export("module", chosen)
    assert {path for path in files if path.startswith("blocks/")} == {f"blocks/{n}.py" for n in BESIDE}
    inputs = {"question": SHORT, "text": "It is late."}
    with dspy.context(lm=asking.lm):
        expected = bound(asking, net, chosen, inputs)
    assert apart(folder, (written(tmp_path / "off", files), False, inputs, "")) == [expected]


def test_the_program_is_there_in_this_process_too(asking: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAID", "both")
    inputs = {"question": SHORT, "text": "It is late."}
    with dspy.context(lm=asking.lm):
        net = recipes.multi_head(asking.desk, 2, node="answers[0]", source="question")
        chosen = values(net, "answers[0]", next(kind for kind in KINDS if kind.name == "multi-head"))
        program = net.export("program", chosen)
        expected = bound(asking, net, chosen, inputs)
        asking.calls.clear()
        assert [program(**inputs).toDict(), sorted(asking.calls)] == expected and len(asking.calls) == 4
    assert isinstance(program, asking.Desk) and program is not asking.desk
    plain = net.export("dspy", {**chosen, "answers[0]/chosen": "plain"})
    assert program.dump_state()["answers[0]"] == plain["answers[0]"]


def test_a_program_without_a_name_is_told(asking: Any) -> None:
    net = recipes.vote(dspy.Predict("question -> answer"))
    with pytest.raises(MisuseError, match="The program Predict has no name in a module.*at module level"):
        net.export("module", {"self/chosen": "vote"})


def test_what_has_no_plain_form_is_told(asking: Any) -> None:
    net = trainable(asking.desk)
    replaced = net.variant(replace={"answers[0]": dspy.Predict("question, text, thought -> answer")})
    with pytest.raises(MisuseError, match=r"The program Predict at 'answers\[0\]' has no plain form"):
        replaced.export("module")
    wrapped = trainable(asking.own).variant(wrap={"self": lambda inner: Vote(inner, 3)})
    with pytest.raises(MisuseError, match="Own answers in a forward of its own"):
        wrapped.export("module")
