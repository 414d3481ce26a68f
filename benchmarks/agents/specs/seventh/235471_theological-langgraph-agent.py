"""235471/theological-langgraph-agent: templates of a hub in a JSON file, filled by replace, in a fan-out."""

from __future__ import annotations

from spec import Agent, Run

FILE = "src/app/utils/fallbacks/prompts_fallback.json"
LINES = (7, 11, 43, 47, 61, 65, 79, 83, 97, 101, 115, 119)
LONG = "texto " * 60


def run(*verses: str) -> Run:
    state = {
        "bible_book": "Marcos",
        "chapter": 4,
        "verses": list(verses),
        "selected_modules": ["panorama", "exegese", "historical"],
        "run_id": "r",
    }
    checked = {"content": LONG, "risk_level": "low", "alerts": []}
    return Run(state, {"ValidatorOutput": checked, "AnalysisOutput": {"content": LONG}, "_text": LONG})


AGENT = Agent(
    repository="235471/theological-langgraph-agent",
    commit="fae7baf6bdf3431ab18184c4f208e750e8f87e83",
    root="src",
    target="app.agent.build:build_graph",
    prompts=tuple(f"{FILE}:{line}" for line in LINES),
    runs=(run("1"), run("2", "3")),
)
