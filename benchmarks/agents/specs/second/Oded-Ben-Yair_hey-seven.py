"""Oded-Ben-Yair/hey-seven: `string.Template` prompts in two languages, a system prompt that grows by `+=`.

Labelled is what these runs reach; data of guests, helplines and headings of a word or two are left out.
"""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from spec import Agent, Run

BASE = (
    *(228, 252, 331, 468, 481, 488, 495, 517, 567, 572, 579, 583, 589, 595, 617, 630),
    *(716, 923, 974, 1060, 1140, 1268, 1281, 1593),
)
SHOTS = (
    *(585, 586, 592, 593, 599, 600, 619, 620, 625, 626, 632, 633, 652, 653, 659, 660, 665, 666),
    *(688, 689, 695, 696, 701, 702, 724, 725, 730, 731, 737, 738),
)
PLACES: dict[str, tuple[int, ...]] = {
    "agents/_base.py": BASE,
    "agents/comp_agent.py": (24, 119),
    "agents/dining_agent.py": (16, 86),
    "agents/entertainment_agent.py": (16, 88),
    "agents/host_agent.py": (32,),
    "agents/hotel_agent.py": (16, 81),
    "behavior_tools/handoff.py": (277, 449, 482, 571, 573, 585, 718, 734, 750, 756, 764, 787, 800),
    "behavior_tools/ltv_nudge.py": (59, 95, 405, 408, 415),
    "behavior_tools/rapport_ladder.py": (74, 76, 94, 96, 114, 116, 124, 126, 382, 391),
    "dispatch.py": (195,),
    "extraction.py": (415,),
    "guardrails.py": (1133,),
    "incentives.py": (525, 526, 557),
    "profiling.py": (126, 289),
    "prompts.py": (100, 237, 449, 481, *SHOTS, 777, 842, 853, 861, 890, 892, 909, 918, 960, 991, 994, 997),
    "whisper_planner.py": (205, 216, 291, 308),
}
CHUNK = {"content": "Tuscany serves wood-fired dishes.", "metadata": {"category": "restaurants"}, "score": 0.9}
GUEST = {"name": "Ann", "occasion": "birthday", "party_size": 4, "loyalty_signal": "every weekend", "urgency": True}
PLAN = {
    "next_topic": "occasion",
    "conversation_note": "Offer a table.",
    "proactive_suggestion": "The spa opens at nine.",
    "suggestion_confidence": "0.9",
    "next_profiling_question": "How many are you?",
    "question_technique": "give_to_get",
}


def prepare() -> None:
    sys.modules["re2"] = re


async def found(query: str) -> list[dict[str, Any]]:
    return [CHUNK]


def imported(graph: ModuleType) -> None:
    nodes = sys.modules["src.agent.nodes"]
    nodes.search_knowledge_base = nodes.search_hours = found  # type: ignore[attr-defined]


def run(specialist: str, *said: str, language: str = "en", verdicts: tuple[str, ...] = ("PASS",), **state: Any) -> Run:
    talk = [(HumanMessage, AIMessage)[n % 2](text) for n, text in enumerate(said)]
    answers = {
        "_text": "Tuscany is open until ten, how many are you?",
        "InjectionClassification": {"is_injection": False, "confidence": 0.9, "reason": "a question"},
        "RouterOutput": {"query_type": "property_qa", "confidence": 0.9, "detected_language": language},
        "DispatchOutput": {"specialist": specialist, "confidence": 0.9, "reasoning": "r"},
        "SentimentOutput": {"sentiment": "neutral", "confidence": 0.9},
        "ValidationResult": [{"status": verdict, "reason": "too vague"} for verdict in verdicts],
        "WhisperPlan": PLAN,
        "ProfileExtractionOutput": {"guest_name": "Ann"},
    }
    return Run({"messages": talk, "current_time": "noon", **state}, answers)


def turns(*said: str) -> tuple[str, ...]:
    return tuple(text for one in said for text in (one, "Certainly."))[:-1]


AGENT = Agent(
    repository="Oded-Ben-Yair/hey-seven",
    commit="8bcd5aa3f70a8a3612bda33482e4e84ce6c1a7af",
    root="",
    target="src.agent.graph:build_graph",
    prompts=tuple(f"src/agent/{file}:{line}" for file, lines in PLACES.items() for line in lines),
    runs=(
        run(
            "dining",
            "Tonight we would like a table by the window for a quiet meal of some kind, which place serves good pasta?",
        ),
        run("entertainment", "Which show is on?", extracted_fields=GUEST, domains_discussed=["dining"]),
        run("comp", "What rewards do I get for my tier?", booking_intent="booking"),
        run("hotel", "¿Qué habitaciones hay?", language="es"),
        run(
            "host",
            *turns("This is awful.", "I hate waiting here.", "Terrible, terrible service!"),
            guest_sentiment="frustrated",
        ),
        run(
            "hotel",
            *turns(*["Which tower has the best view?"] * 9),
            verdicts=("RETRY", "PASS"),
            extracted_fields={"fatigue": True, "budget_conscious": True},
        ),
    ),
    prepare=prepare,
    imported=imported,
)
