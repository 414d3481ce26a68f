"""palinopr/ghl-langgraph-agent: prompts put together by functions, f-strings inside f-strings, Spanish holes."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from spec import Agent, Run

PLACES = {
    "smart_router": (168,),
    "maria_agent": (
        *(89, 92, 123, 126, 129, 140, 141, 142, 146, 147, 148, 152, 153, 154, 158, 159, 160, 166, 170, 172),
    ),
    "carlos_agent": (
        *(62, 87, 88, 89, 91, 92, 93, 98, 99, 100, 102, 103, 104, 109, 110, 111, 113, 114, 115, 120, 121, 122),
        *(124, 125, 126, 131, 132, 134, 135, 136, 141, 142, 144, 145, 146, 149),
    ),
    "sofia_agent": (
        *(73, 107, 108, 109, 110, 114, 115, 116, 117, 121, 122, 123, 124, 128, 129, 130, 131, 136, 137, 138),
        *(142, 143, 144, 146),
    ),
}
SETTINGS = (
    "GHL_API_TOKEN",
    "GHL_LOCATION_ID",
    "GHL_CALENDAR_ID",
    "GHL_ASSIGNED_USER_ID",
    "SUPABASE_URL",
    "SUPABASE_KEY",
)
ASKED = {
    "restaurant": "Tengo un restaurante y pierdo clientes.",
    "messages": "No puedo responder cada mensaje de WhatsApp.",
    "shop": "Mi tienda quiere vender cada producto.",
    "dates": "Mi consulta pierde cada cita.",
    "other": "Buenas, quiero saber de esto.",
}


class Client:
    """The other side's service: it knows nothing and takes everything."""

    def __getattr__(self, name: str) -> Any:
        async def answer(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return {}

        return answer


def prepare() -> None:
    os.environ.update(dict.fromkeys(SETTINGS, "none"))


def imported(module: ModuleType) -> None:
    for held in list(sys.modules.values()):
        if str(getattr(held, "__name__", "")).startswith("app.") and hasattr(held, "ghl_client"):
            held.ghl_client = Client()  # type: ignore[attr-defined]


def run(score: int, asked: str, *before: Any) -> Run:
    judged = f'"lead_score": {score}, "score_reason": "asks", "extracted_data": {{}}, "intent": "question"'
    state = {
        "messages": [*before, HumanMessage(asked, id="1")],
        "contact_id": "c1",
        "webhook_data": {"body": asked, "contactId": "c1", "type": "WhatsApp"},
        "lead_score": score,
    }
    return Run(state, {"_text": [f'{{{judged}, "urgency": "low", "sentiment": "neutral"}}', "Hola."]})


AGENT = Agent(
    repository="palinopr/ghl-langgraph-agent",
    commit="9bd5d62eed064be7a0ce4d4b7ad44a02bd8d815e",
    root="",
    target="app.workflow:workflow",
    prompts=tuple(f"app/agents/{file}.py:{line}" for file, lines in PLACES.items() for line in lines),
    runs=(
        *(run(score, asked) for score in (2, 5, 9) for asked in ASKED.values()),
        run(2, "Ana", AIMessage("¿Cuál es tu nombre?", id="0", name="maria")),
    ),
    prepare=prepare,
    imported=imported,
)
