"""What the server hears is what the run says: calls of the application, the teacher and a judge, within every limit."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.losses.exact_match import ExactMatch
from llmdl_plugins.losses.loss import Score
from llmdl_plugins.testing import Simulator, server_process

pytest.importorskip("langchain_openai", reason="needs langchain-openai")


def stats(address: str) -> Any:
    with urllib.request.urlopen(f"{address}/stats") as reply:
        return json.load(reply)


def model(address: str) -> Any:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="mock", base_url=f"{address}/v1", api_key="none", max_retries=0, max_tokens=400)


class Asking(ExactMatch):
    """Asks a judge, and does not listen."""

    name = "asking"

    def __init__(self, judge: Any) -> None:
        self.judge = judge

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        await self.judge.ainvoke(f"Is {got} right?")
        return await super().compare(got, want, example)


@pytest.mark.parametrize("budget", ["300 calls", "24k tokens"])
@pytest.mark.parametrize("asks", [False, True])
def test_server_ledger_and_result_count_the_same_within_the_budget(asks: bool, budget: str, run_folder: Path) -> None:
    world = Simulator()
    rows = [
        [{**row, "expected": {"answer": row["expected"]}} for row in world.dataset(split, n)]
        for split, n in (("train", 24), ("val", 16), ("test", 24))
    ]
    with server_process(skill="rule") as address:
        net = trainable(Prompt(model(address), "Answer.", "question", "answer"))
        loss = Asking(model(address)) if asks else "exact_match"
        made = Trainer(net, loss, *rows, teacher=model(address), budget=budget, folder=run_folder)
        result, heard = made.fit(), stats(address)
    with closing(sqlite3.connect(run_folder / "ledger.db")) as ledger:
        calls, tokens = ledger.execute("SELECT count(*), sum(input_tokens + output_tokens) FROM calls").fetchone()
    assert heard["calls"] == calls == result.spent["calls"]
    assert heard["prompt_tokens"] + heard["completion_tokens"] == tokens == result.spent["tokens"]
    assert heard["role"].get("critic", 0) > 0 or asks
    limit = made.setup.budget
    assert calls <= (limit.calls or calls) and tokens <= (limit.tokens or tokens)
