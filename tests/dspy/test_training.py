"""A DSPy program is trained like any network: by a teacher's words and by worked examples, from Python and a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dspy
import pytest

from llmdl_plugins import Trainer
from llmdl_plugins.testing import ScriptedChat

from .agents.hops import Hops
from .hops_model import ASKED, model, row, teacher

HERE = Path(__file__).parent
ROWS = [row(n) for n in range(120)]
APP = f"{HERE / 'agents' / 'hops.py'}:program"


def test_a_teacher_rewrites_the_instructions_that_are_to_blame() -> None:
    with dspy.context(lm=model()):
        result = Trainer(Hops(), "exact_match", ROWS, teacher=teacher(), optimizer="textual-gradient").fit()
    assert result.status == "improved" and (result.before, result.after) == (0.5, 1.0)
    assert {n: told["after"] for n, told in result.parameters.items()} == {"answer/instructions": ASKED}


def test_worked_examples_come_from_steps_that_went_well() -> None:
    with dspy.context(lm=model()):
        result = Trainer(Hops(), "exact_match", ROWS, optimizer="demonstrations").fit()
    assert result.status == "improved" and result.after == 1.0
    shown = result.parameters["ask.predict/demos"]["after"]
    assert all(json.loads(demo["output"]).keys() == {"reasoning", "query"} for demo in shown)


def test_a_run_that_is_repeated_pays_nothing(tmp_path: Path) -> None:
    results = []
    for _ in range(2):
        lm = model()
        with dspy.context(lm=lm):
            done = Trainer(Hops(), "exact_match", ROWS, optimizer="demonstrations", folder=tmp_path / "run").fit()
        results.append((done.parameters, done.before, done.after, lm.engine.chat.calls != []))
    assert results[0][:3] == results[1][:3] and [paid for *_, paid in results] == [True, False]


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Any]:
    """`llmdl`, in a process of its own, for a program whose rows are in rows.jsonl."""
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in ROWS))
    held = {**os.environ, "HOPS_MODEL": "hops_model:model", "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "llmdl_plugins.cli", *args]
        return subprocess.run(command, cwd=tmp_path, env=held, capture_output=True, text=True, timeout=240)

    return run


def test_show_fit_and_eval_from_a_shell(shell: Callable[..., Any]) -> None:
    told = shell("show", APP)
    assert told.returncode == 0 and "nodes: ask.predict, answer" in told.stdout, told.stderr
    given = ("--env", "PYTHONPATH", "--env", "HOPS_MODEL", "--quiet")
    done = shell("fit", APP, "--data", "rows.jsonl", "--loss", "exact_match", "--folder", "runs/a", *given)
    assert done.returncode == 0 and "Improved: 50.0 % before, 100.0 % after" in done.stdout, done.stderr
    pair = json.loads(shell("eval", "runs/a", "--data", "rows.jsonl", "--json", *given).stdout)
    assert (pair["paired"]["before"], pair["paired"]["after"]) == (0.5, 1.0)


STOCK = """
import os
import dspy
dspy.configure(lm=dspy.LM("openai/m", api_base=os.environ["PROVIDER"] + "/v1", api_key="k"))

class Looking(dspy.Module):
    def __init__(self):
        super().__init__()
        places = dspy.Embedder(lambda texts: [[float(len(text))] for text in texts])
        self.search = dspy.retrievers.Embeddings(corpus=["number", "numbers"], embedder=places, k=1)
        self.say = dspy.ChainOfThought("context, question -> answer")

    def forward(self, question):
        return self.say(context=self.search(question).passages, question=question)

program = Looking()
"""


def test_a_model_of_a_provider_as_it_is(provider: Any, shell: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(STOCK)
    given = ("--loss", "exact_match", "--optimizer", "demonstrations", "--env", "PROVIDER")
    done = shell("fit", "app.py:program", "--data", "rows.jsonl", *given)
    assert done.returncode == 3 and "No gain shown" in done.stdout, done.stderr
    assert "Side effect" not in done.stderr and "refresh" not in done.stderr and len(provider.received) >= 24  # a batch
    found, _, _ = provider.received[0]["messages"][1]["content"].partition("[[ ## question ## ]]")
    assert "number" in found


@pytest.mark.long
def test_export_from_a_shell_writes_what_the_program_loads(shell: Callable[..., Any], tmp_path: Path) -> None:
    given = ("--env", "PYTHONPATH", "--env", "HOPS_MODEL", "--quiet")
    done = shell("fit", APP, "--data", "rows.jsonl", "--loss", "exact_match", "--folder", "runs/a", *given)
    assert "next: llmdl export runs/a --as dspy -o trained.json    (or --as module, weights)" in done.stdout, (
        done.stderr
    )
    assert shell("export", "runs/a", "--as", "dspy", "-o", "trained.json").returncode == 0
    program = Hops()
    program.load(tmp_path / "trained.json")
    shown = json.loads((tmp_path / "runs/a/result.json").read_text())["parameters"]["answer/demos"]["after"]
    assert [demo["answer"] for demo in program.answer.demos] == [json.loads(one["output"])["answer"] for one in shown]
    patch = shell("export", "runs/a", "--as", "patch")
    assert patch.returncode == 2 and "can't be exported as 'patch', but as dspy" in patch.stderr


def test_where_a_teacher_has_nothing_to_say_worked_examples_are_no_texts() -> None:
    """Sentences are left out of prompts then, and of nothing else that can be trained."""
    silent = ScriptedChat(lambda messages, kwargs: "NONE")
    with dspy.context(lm=model()):
        result = Trainer(Hops(), "exact_match", ROWS, teacher=silent, optimizer="textual-gradient").fit()
    assert result.status == "no gain shown"
