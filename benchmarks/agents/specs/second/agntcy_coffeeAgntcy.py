"""agntcy/coffeeAgntcy, the auction supervisor: an f-string inside a template, statuses that become messages."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Sequence
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from langchain_core.tools import tool
from spec import Agent, Run

FARMS = ("brazil", "colombia", "vietnam")


def as_it_is(*_: Any, **__: Any) -> Any:
    return lambda decorated: decorated


def prepare() -> None:
    os.environ.update(LLM_MODEL="scripted", OTEL_SDK_DISABLED="true")
    for name in ("ioa_observe", "ioa_observe.sdk", "ioa_observe.sdk.decorators"):
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = []
    sys.modules["ioa_observe.sdk.decorators"].__dict__.update(agent=as_it_is, graph=as_it_is, tool=as_it_is)
    farms = MagicMock(slugs=lambda: list(FARMS), __iter__=lambda self: iter(FARMS))
    tools = {"create_order": create_order, "get_order_details": get_order_details, "tools_or_next": tools_or_next}
    tools |= {"get_farm_yield_inventory": one_farm, "get_all_farms_yield_inventory_streaming": all_farms}
    below = "agents.supervisors.auction.graph"
    sys.modules[f"{below}.shared"] = MagicMock(farm_registry=farms)
    sys.modules[f"{below}.tools"] = MagicMock(**tools)
    sys.modules[f"{below}.a2a_retry"] = MagicMock(RemoteAgentNoResponseError=OSError, TransportTimeoutError=OSError)
    sys.modules["common.workflow_context_prop"] = sys.modules["common.chat_lite_llm_shim"] = MagicMock()


@tool
async def create_order(farm: str, quantity: int, price: float) -> str:
    """Places an order."""
    return "It has failed: out of stock." if quantity > 100 else "Order 7 is placed."


@tool
async def get_order_details(order_id: str) -> str:
    """Looks an order up."""
    return "Order 7 is on its way."


async def one_farm(prompt: str, farm: str) -> str:
    if "crash" in prompt:
        raise RuntimeError("The farm is gone.")
    return "Error: closed" if "broken" in prompt else "100 lb"


async def all_farms(prompt: str) -> AsyncIterator[str]:
    if "crash" in prompt:
        raise RuntimeError("The farms are gone.")
    if "nobody" not in prompt:
        yield "Brazil : 100 lb\n"
    yield "Error from vietnam\n"


def tools_or_next(tools: str, after: str) -> Any:
    return lambda state: tools if getattr(state["messages"][-1], "tool_calls", ()) else after


def imported(module: ModuleType) -> None:
    module.graph = module.ExchangeGraph().graph  # type: ignore[attr-defined]


def first(messages: Sequence[Any]) -> str:
    if messages[0].type == "system":
        return "ShouldContinue"
    return "_text" if "SUCCESS from" in messages[0].content else "create_order"


def asked(said: str, intent: str, quantity: int = 50) -> Run:
    answers = {
        "_text": [intent, "That is what they have."],
        "_first": first,
        "ShouldContinue": {"should_continue": False, "reason": "done"},
        "create_order": {"farm": "brazil", "quantity": quantity, "price": 3.5},
    }
    return Run({"messages": [("user", said)]}, answers)


LINES = (235, 287, 375, 386, 391, 419, 467, 475, 479, 486, 530, 536, 540, 543, 592)

AGENT = Agent(
    repository="agntcy/coffeeAgntcy",
    commit="f5dcecdc7603e8e0ef51fd5ccb88f709b66405bb",
    root="coffeeAGNTCY/coffee_agents/lungo",
    target="agents.supervisors.auction.graph.graph:graph",
    prompts=tuple(
        f"coffeeAGNTCY/coffee_agents/lungo/agents/supervisors/auction/graph/graph.py:{line}" for line in LINES
    ),
    runs=(
        asked("What does Brazil have?", "inventory_single_farm"),
        asked("What do they have?", "inventory_single_farm"),
        asked("Is Brazil broken?", "inventory_single_farm"),
        asked("Did Brazil crash?", "inventory_single_farm"),
        asked("What do all have?", "inventory_all_farms"),
        asked("Is nobody there?", "inventory_all_farms"),
        asked("Did they all crash?", "inventory_all_farms"),
        asked("I want 50 lb from Brazil for 3.5.", "orders"),
        asked("I want 500 lb from Brazil for 3.5.", "orders", 500),
    ),
    prepare=prepare,
    imported=imported,
)
