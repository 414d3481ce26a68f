"""A model that DSPy itself sends to is asked as DSPy asks it, by way of what DSPy chose for the first of such calls."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import dspy
import pytest
from dspy._vendor.lm15.transports._url import parse_url

from llmdl_dspy import compat
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.run.ledger import Ledger

from .test_direct import Listening, Quick, Threaded, untimed, ways
from .test_tool_uses import evaluator

__all__ = ["ways"]

ROWS = [Example({"text": text}, {"answer": "{answer}"}, text) for text in ("a", "b {c}", "日本")]
DEMOS = [dspy.Example(text="t", answer="A")]
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "OpenAI's": ("openai/m", {}),
    "with options": ("openai/m", {"temperature": 0.5, "max_tokens": 9, "seed": 3}),
    "one that reasons": ("openai/gpt-5-mini", {"temperature": 1.0, "max_tokens": 20_000}),
    "Anthropic's": ("anthropic/m", {"max_tokens": 9}),
    "Google's": ("gemini/m", {}),
}


def played(provider: Any, program: Any, name: str, statuses: tuple[int, ...] = (), **around: Any) -> dict[str, Any]:
    """What the provider was sent and what came of it, row by row."""
    model, options = MODELS[name]
    provider.reset(*statuses)
    lm = dspy.LM(model, api_base=f"{provider.address}/v1", api_key="k", **options)

    async def rows(at: Any) -> list[Any]:
        return [untimed((await at.evaluate([{}], [row]))[0].record({})) for row in ROWS]

    with closing(Ledger()) as ledger, evaluator(program, ledger) as at, dspy.context(lm=lm, **around):
        told = asyncio.run(rows(at))
        calls = ledger._rows("SELECT key, path, request, answer FROM calls ORDER BY key")
    return {"sent": provider.received, "told": told, "calls": [*map(tuple, calls)]}


@pytest.mark.parametrize("kind", [Quick, Threaded])
@pytest.mark.parametrize("name", MODELS)
def test_it_is_sent_what_dspy_sends(kind: Any, name: str, provider: Any, ways: list[bool]) -> None:
    program = kind("text -> answer", DEMOS)
    dspys = played(provider, program, name, callbacks=[Listening()])
    assert True not in ways and len(dspys["sent"]) == len(ROWS) and dspys["told"][0]["status"] == "scored"
    ways.clear()
    assert played(provider, program, name) == dspys and ways == [False, True, True]


def test_probabilities_of_an_answer_are_left_to_dspy(provider: Any, ways: list[bool]) -> None:
    sent = played(provider, Quick("text -> answer", logprobs=True), "OpenAI's")["sent"]
    assert [body["logprobs"] for body in sent] == [True] * len(ROWS) and ways == [False] * len(ROWS)


def test_a_fault_on_the_way_is_tried_again_by_the_run(provider: Any, ways: list[bool]) -> None:
    program = Quick("text -> answer")
    ours = played(provider, program, "OpenAI's", statuses=(200, 500, 429))
    assert ours["told"] == played(provider, program, "OpenAI's", (200, 500, 429), callbacks=[Listening()])["told"]
    assert len(ours["sent"]) == len(ROWS) + 2 and ways[:3] == [False, True, True]


def test_other_settings_are_chosen_for_anew(provider: Any, ways: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    class Changing(Quick):
        async def aforward(self, **given: Any) -> Any:
            await super().aforward(**given)
            await self.predict.acall(config={"temperature": 1}, **given)
            await self.predict.acall(config={"temperature": 1.0}, **given)
            dspy.settings.lm.kwargs["api_key"] = ascii(given["text"])
            await super().aforward(**given)
            monkeypatch.setenv("OPENAI_API_KEY", ascii(given["text"]))
            return await super().aforward(**given)

    played(provider, Changing("text -> answer"), "OpenAI's")
    assert ways == [False] * 5 + [True, False, False, False, False] * 2


def test_a_proxy_that_is_set_meanwhile_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    asks: dict[str, Any] = {"proxy": None, "trust_env": True}
    bare, there = [module.proxy_route_for for module in compat.TRANSPORTS], parse_url("http://model.example/v1")
    with boundary.door():
        for module in compat.TRANSPORTS:
            assert module.proxy_route_for is not bare[0] and module.proxy_route_for(there, **asks) is None
            monkeypatch.setenv("http_proxy", "http://between.example:3128")
            assert module.proxy_route_for(there, **asks).host == "between.example"
            monkeypatch.setenv("no_proxy", "model.example")
            assert module.proxy_route_for(there, **asks) is None
            monkeypatch.delenv("http_proxy"), monkeypatch.delenv("no_proxy")
    assert [module.proxy_route_for for module in compat.TRANSPORTS] == bare
