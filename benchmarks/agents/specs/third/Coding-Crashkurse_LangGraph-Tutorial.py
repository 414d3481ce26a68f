"""Coding-Crashkurse/LangGraph-Tutorial: notebook; chains at the top, a template in a node, messages in the state."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import sqlalchemy
from spec import Agent, Run

BOOK = "customer_support.ipynb"
WHOLE, LACKING = (f"'food_items': 'Yes', 'order_date': '{said}'" for said in ("Yes", "No"))
WHAT = {"customer_name": "John", "food_items": ["Pizza Salami"], "delivery_address": "Fakestreet"}
ORDER = {"_first": "create_order", "create_order": {**WHAT, "order_date": "2030-01-01 09:00"}}


class Closed:
    """A data base that is not there."""

    def query(self, *_: Any) -> Any:
        raise ConnectionError("closed")

    def rollback(self) -> None: ...


def prepare() -> None:
    made = sqlalchemy.create_engine
    sqlalchemy.create_engine = lambda *_: made("sqlite://")


def imported(book: ModuleType) -> None:
    vars(book)["session"] = Closed()


AGENT = Agent(
    repository="Coding-Crashkurse/LangGraph-Tutorial",
    commit="7c2cf4ba7ef1bbcb835a5fad92e1622b2d40a9ec",
    root="",
    target=f"{BOOK}:app",
    prompts=tuple(f"{BOOK}:{place}" for place in ("3:5", "4:1", "9:1", "19:3")),
    runs=(
        Run({"question": "A pizza, please."}, {**ORDER, "_text": LACKING}),
        Run({"question": "A pizza to Fakestreet at nine."}, {**ORDER, "_text": WHOLE}),
        Run(
            {"question": "What did I order?"}, {"_first": "get_all_orders", "get_all_orders": {"customer_name": "John"}}
        ),
    ),
    prepare=prepare,
    imported=imported,
)
