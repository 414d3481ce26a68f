"""jillesca/sp_oncall: a file for each prompt, messages built line by line in a builder, plans in JSON files."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from langchain_core.tools import tool
from spec import Agent, Run


@tool
def get_devices() -> str:
    """Lists the devices."""
    return '{"devices": ["pe-1"]}'


class Client:
    """Stands in for the client of the tool servers."""

    def __init__(self, *_: Any) -> None: ...

    async def get_tools(self) -> list[Any]:
        return [get_devices]


def prepare() -> None:
    sys.path.insert(1, str(Path(sys.path[0]).parent))  # it names its modules with and without `src`
    made = sys.modules["langchain_mcp_adapters.client"] = ModuleType("langchain_mcp_adapters.client")
    made.MultiServerMCPClient = Client  # type: ignore[attr-defined]


DEVICE = {"device_name": "pe-1", "device_profile": "cisco_xr", "role": "pe"}
PLAN = {"device_name": "pe-1", "role": "pe", "objective": "See how it does.", "working_plan_steps": "1. Look."}
ANSWERS = {
    "_text": "The device is in good health.",
    "InvestigationPlanningResponse": {"devices": [DEVICE]},
    "PlanningResponse": {"plan": [PLAN]},
    "AssessmentOutput": {
        "is_objective_achieved": True,
        "notes_for_final_report": "All was seen.",
        "feedback_for_retry": None,
    },
    "LearningInsights": {"learned_patterns": "None.", "device_relationships": "None."},
}
STEPS = {  # the last line of each plan's steps
    "check_bgp_neighbors": 10,
    "check_interface_status": 9,
    "check_mpls_state": 13,
    "general_device_health_check": 9,
    "review_p_device": 11,
    "review_pe_device": 12,
    "review_rr_device": 12,
    "troubleshoot_vpn_vrf": 12,
}
BUILT = {
    "input_validator/extraction": (66, 74),
    "common/session_context": (45,),
    "planner/context": (73,),
    "executor/context": (53, 64),
    "assessor/context": (32, 108),
    "reporter/context": (28, 47, 68, 82),
    "reporter/session": (154, 157, 161, 174),
}

AGENT = Agent(
    repository="jillesca/sp_oncall",
    commit="25bcd522e18bf1f9ab1c4475a771c77557eea2d6",
    root="src",
    target="graph:app",
    prompts=(
        "src/prompts/investigation_planning.py:1",
        "src/prompts/learning_insights.py:8",
        "src/prompts/network_executor.py:1",
        "src/prompts/objective_assessor.py:1",
        "src/prompts/planner.py:1",
        "src/prompts/report_generator.py:1",
        *(f"src/nodes/{name}.py:{line}" for name, lines in BUILT.items() for line in lines),
        *(f"plans/{name}.json:{line}" for name, last in STEPS.items() for line in (3, *range(5, last + 1))),
    ),
    runs=(Run({"messages": [("user", "How is my PE doing?")]}, ANSWERS, limit=30),),
    prepare=prepare,
)
