"""Room for calls: limits of tokens and dollars hold with many under way, can be used, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata

from llmdl_plugins.door import boundary
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import BudgetError, Stopped
from llmdl_plugins.run import meter as room
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.overshoot import overshoot, worst
from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.quote import Quote, Seen, quote
from llmdl_plugins.testing import ScriptedChat

from .calls import at

PRICES = {"m": (1.0, 4.0)}


def a_quote(most: int, likely: int = 0, *, capped: bool = True) -> Quote:
    """A call that may take `most` tokens, its prompt's one among them."""
    return Quote("m", "", (0, 0), 1, most - 1 if capped else None, Seen(1, 0.0, likely))


class Capped(ScriptedChat):
    """A model whose settings bound its answers."""

    max_tokens: int = 100

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "max_tokens": self.max_tokens}


def used(output: int, text: str = "x", prompt: int = 20) -> AIMessage:
    usage = UsageMetadata(input_tokens=prompt, output_tokens=output, total_tokens=prompt + output)
    return AIMessage(text, usage_metadata=usage)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("limit", ["tokens", "usd"])
async def test_with_64_under_way_the_limit_holds_and_most_of_it_is_used(seed: int, limit: str) -> None:
    draw = random.Random(seed)
    cap, share = draw.choice([50, 500, 4000]), draw.choice([0.1, 0.3, 1.0])
    amount = cap * draw.choice([2, 8, 60]) * (4e-6 if limit == "usd" else 1)
    meter, sent, after = Meter(Budget(**{limit: amount}), Prices(PRICES)), [0], [0]

    async def caller() -> None:
        while True:
            hold = await meter.areserve(a_quote(cap, int(cap * share)))
            after[0] += getattr(meter.spent, limit) >= amount
            sent[0] += 1
            await asyncio.sleep(draw.random() / 2000)
            if draw.random() < 0.1:
                meter.release(hold)
                continue
            assert hold.quote
            told = {"input": hold.quote.most["input"], "output": int(draw.random() * share * cap)}
            meter.settle(hold, "m", "", told)

    ends = await asyncio.wait_for(asyncio.gather(*(caller() for _ in range(64)), return_exceptions=True), timeout=60)
    assert all(isinstance(end, Stopped) for end in ends) and meter.in_flight == 0
    spent = getattr(meter.spent, limit)
    assert spent <= amount + worst(meter, limit)
    assert spent >= 0.8 * amount or spent + share * cap * (4e-6 if limit == "usd" else 1) > amount
    assert after[0] == 0 and sent[0] > 0


def test_a_call_that_does_not_fit_waits_for_what_comes_back() -> None:
    meter, order = Meter(Budget(tokens=1000)), list[str]()
    first = meter.reserve(a_quote(900))

    def second() -> None:
        hold = meter.reserve(a_quote(900))
        order.append("second goes")
        meter.settle(hold, "m", usage={"input": 0, "output": 10})

    waiting = threading.Thread(target=second)
    waiting.start()
    waiting.join(0.1)
    order.append("first home")
    meter.settle(first, "m", usage={"input": 0, "output": 50})
    waiting.join(10)
    assert order == ["first home", "second goes"] and meter.spent.tokens == 60


def test_a_call_that_never_fits_stops_the_run_and_says_what_is_left() -> None:
    meter = Meter(Budget(tokens=1000))
    meter.settle(meter.reserve(a_quote(900)), "m", usage={"input": 0, "output": 850})
    with pytest.raises(Stopped, match="1000 tokens is spent: 150 are left, and the next call may use 900"):
        meter.reserve(a_quote(900, 10))


def test_a_bound_alone_ends_no_run_that_has_much_left() -> None:
    meter = Meter(Budget(tokens=1000))
    for _ in range(4):
        meter.settle(meter.reserve(a_quote(5000, 100)), "m", usage={"input": 0, "output": 200})
    with pytest.raises(Stopped):
        meter.reserve(a_quote(5000, 100))
    assert meter.spent.tokens == 800 and worst(meter, "tokens") == 4800
    assert "at most 4,800 tokens over, because one call may use 5,000 tokens" in str(overshoot(meter, 8))


def test_those_who_wait_are_sent_home_when_the_run_is_stopped() -> None:
    meter, ends = Meter(Budget(tokens=1000)), list[BaseException]()
    meter.reserve(a_quote(900))

    def wait() -> None:
        try:
            meter.reserve(a_quote(900))
        except Stopped as end:
            ends.append(end)

    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(0.1)
    meter.stop("interrupted")
    waiting.join(10)
    assert [str(end) for end in ends] == ["interrupted"]


async def test_a_reader_of_a_stream_does_not_wait_for_its_own_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.05)
    meter = Meter(Budget(tokens=1000))
    meter.reserve(a_quote(900), streams=True)
    with pytest.raises(Stopped, match="wait for this one"):
        await meter.areserve(a_quote(900))


async def test_code_on_a_loop_never_blocks_it() -> None:
    meter = Meter(Budget(tokens=1000))
    meter.reserve(a_quote(900))
    with pytest.raises(Stopped):
        meter.reserve(a_quote(900))


async def test_stopping_is_no_ordinary_exception() -> None:
    with pytest.raises(Stopped):
        try:
            Meter(Budget(tokens=10)).reserve(a_quote(20, 20))
        except Exception:
            pytest.fail("a loop that swallows exceptions would go on")


@pytest.mark.parametrize(
    "where",
    [
        {"options": {"max_tokens": 7}},
        {"settings": {"max_tokens": 7}},
        {"settings": {"generationConfig": {"maxOutputTokens": 7}}},
        {"settings": {"max_tokens": 99}, "options": {"max_completion_tokens": 7}},
        {"options": {"options": {"num_predict": 7}}},
    ],
)
def test_the_longest_answer_is_read_from_the_settings_of_the_call(where: Any) -> None:
    told = quote(asked("hi", **where), {})
    assert told.most["output"] == 7 == told.cap


def test_definitions_of_tools_bound_nothing() -> None:
    tools = [{"name": "write", "parameters": {"max_tokens": 7}}]
    assert quote(asked("hi", options={"tools": tools}), {}).cap is None


def test_an_unbounded_answer_is_taken_at_the_longest_so_far_with_a_margin() -> None:
    first = quote(asked("hi"), {})
    assert first.most["output"] == 4096 and first.cap is None
    assert quote(asked("hi"), {"m": Seen(3, 0.2, 1000)}).most["output"] == 1500


def test_a_prompt_is_taken_at_a_token_a_byte_until_the_run_has_seen_better() -> None:
    call, seen = asked("word " * 1000), Seen()
    first = quote(call, {"m": seen})
    seen.saw(first, {"input": 1250, "output": 1})
    assert first.most["input"] > 5000 and 1250 < quote(call, {"m": seen}).most["input"] < 2000


def test_several_answers_and_prompts_count_as_many() -> None:
    call = asked("hi", options={"n": 3, "max_tokens": 10})
    assert quote(call, {}).most["output"] == 30


def test_a_picture_is_no_text() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 400_000}}
    assert quote(asked([picture]), {}).most["input"] < 10_000


def asked(content: Any, settings: Any = None, options: Any = None) -> Call:
    request = {"settings": {"model": "m", **(settings or {})}, "options": options or {}, "model": "x.Y"}
    return Call("k", "", {**request, "messages": [[{"type": "human", "content": content}]]}, False, model="m")


async def test_a_run_of_real_calls_holds_its_tokens(ledger: Ledger) -> None:
    draw, cashier = random.Random(1), Cashier(ledger, Meter(Budget(tokens=20_000)))
    model = Capped(lambda messages, kwargs: used(draw.randint(1, 100)))
    with boundary.door():
        ends = await asyncio.gather(*(ask(model, cashier, n) for n in range(600)), return_exceptions=True)
    assert 0.8 * 20_000 <= cashier.meter.spent.tokens <= 20_000
    assert sum(not isinstance(e, Stopped) for e in ends) == len(model.calls) == ledger.totals()["calls"]


async def ask(model: Any, cashier: Cashier, n: int) -> None:
    with at(cashier):
        await model.ainvoke(f"question {n}")


async def test_a_call_without_usage_is_charged_its_reserve_and_told(ledger: Ledger) -> None:
    spent = []
    for limit in (None, 100_000):
        cashier = Cashier(ledger, Meter(Budget(tokens=limit)))
        with boundary.door():
            await ask(Silent(["x"] * 2), cashier, limit or 0)
        spent.append(cashier.meter.told())
    assert (spent[0]["untold"], spent[0]["tokens"], spent[0]["usd"]) == (1, 0, None)
    assert spent[1]["untold"] == 1 and spent[1]["tokens"] == spent[1]["charged"] > 4096


class Silent(ScriptedChat):
    """A model that tells no usage."""

    def _charged(self, call: Any, message: AIMessage) -> AIMessage:
        return message


@pytest.mark.parametrize("streamed", [False, True])
async def test_calls_without_usage_still_end_at_the_limit(ledger: Ledger, streamed: bool) -> None:
    model, cashier = Silent(["x y z"] * 100), Cashier(ledger, Meter(Budget(tokens=30_000)))
    with boundary.door(), at(cashier), pytest.raises(Stopped):
        for n in range(100):
            if streamed:
                async for _ in model.astream(f"question {n}"):
                    pass
            else:
                await model.ainvoke(f"question {n}")
    assert len(model.calls) == 30_000 // 4096 and cashier.meter.in_flight == 0


async def test_an_unknown_price_is_refused_before_the_call_and_says_what_to_write(ledger: Ledger) -> None:
    model, cashier = ScriptedChat(["x"]), Cashier(ledger, Meter(Budget(usd=1)))
    with boundary.door(), pytest.raises(BudgetError, match=r'none is known for \'scripted\'.*{"scripted": \['):
        await ask(model, cashier, 1)
    assert model.calls == []


def test_the_users_prices_come_first_and_then_the_public_list() -> None:
    pytest.importorskip("genai_prices")
    usage = {"input": 1_000_000, "output": 0}
    assert Prices({"gpt-4o-mini": (9.0, 9.0)}).usd("gpt-4o-mini", "openai", usage) == 9.0
    listed = Prices().usd("gpt-4o-mini", "openai", usage)
    assert listed is not None and 0 < listed < 9
    cached = Prices().usd("gpt-4o-mini", "openai", {**usage, "cached": 900_000})
    assert cached is not None and cached < listed
    assert Prices().usd("no-such-model", "openai", usage) is None
    assert Prices().usd("qwen3", "ollama", usage) == 0.0


def test_cached_tokens_have_a_price_of_their_own_where_the_table_has_it() -> None:
    usage = {"input": 1_000_000, "output": 0, "cached": 500_000}
    assert Prices({"*": (2.0, 4.0)}).usd("m", "", usage) == 2.0
    assert Prices({"*": (2.0, 4.0, 1.0)}).usd("m", "", usage) == 1.5


def test_what_a_model_without_max_tokens_may_do_is_said() -> None:
    meter = Meter(Budget(tokens=1_000_000))
    assert "rows that are run first" in str(overshoot(meter, 8))
    meter.reserve(a_quote(4096, capped=False))
    assert "m sets no max_tokens, so each of 8 calls" in str(overshoot(meter, 8))
    assert overshoot(Meter(Budget(calls=5)), 8) is None
