"""kaymen99/langgraph-email-automation: chains built once and held as attributes, nodes as methods, a star import."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import module

KEYS = ("id", "threadId", "messageId", "references", "sender", "subject")


class Mailbox:
    """The mail that waits."""

    def fetch_unanswered_emails(self) -> list[dict[str, str]]:
        return [{**dict.fromkeys(KEYS, "x"), "body": body} for body in ("Buy now!", "It broke.", "What does it cost?")]

    def create_draft_reply(self, *_: Any) -> None: ...


def prepare() -> None:
    module("src.tools.GmailTools", GmailToolsClass=Mailbox)


def imported(graph: ModuleType) -> None:
    graph.graph = graph.Workflow().app  # type: ignore[attr-defined]


ANSWERS = {
    "CategorizeEmailOutput": [{"category": c} for c in ("product_enquiry", "customer_complaint", "unrelated")],
    "RAGQueriesOutput": {"queries": ["What is the price?"]},
    "WriterOutput": {"email": "Dear customer, it is ten."},
    "ProofReaderOutput": [{"feedback": "Too short.", "send": False}, {"feedback": "Fine.", "send": True}],
}

AGENT = Agent(
    repository="kaymen99/langgraph-email-automation",
    commit="9ea0f54cb30a493bbc25114cfc1769a25d45169a",
    root="",
    target="src.graph:graph",
    prompts=(*(f"src/prompts.py:{line}" for line in (2, 29, 62, 97, 138)), "src/nodes.py:80"),
    runs=(Run({"emails": [], "writer_messages": [], "retrieved_documents": "", "trials": 0}, ANSWERS, limit=60),),
    prepare=prepare,
    imported=imported,
)
