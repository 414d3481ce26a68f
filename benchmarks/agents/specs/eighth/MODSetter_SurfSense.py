"""MODSetter/SurfSense: prompts that functions write with blocks of their own, a brief as configuration."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import stubs
from scripted import ScriptedChat
from spec import Agent, Run

ROOT = "surfsense_backend"
FOLDER = f"{ROOT}/app/podcasts/generation"
OUTLINE = (
    '{"segments": [{"title": "One", "talking_points": ["a"], "target_words": 9}, {"title": "Two", "target_words": 9}]}'
)
TURNS = '{"turns": [{"speaker": 0, "text": "Well."}]}'
PLAIN: dict[str, Any] = {"workspace_id": 1}
FOCUSED: dict[str, Any] = {"workspace_id": 1, "focus": "the end"}


async def model(*args: Any) -> ScriptedChat:
    """The model of every workspace."""
    return ScriptedChat()


async def parsed(llm: Any, messages: Any, model: Any) -> Any:
    """An answer as the shape that is asked for."""
    return model.model_validate_json((await llm.ainvoke(messages)).content)


def prepare() -> None:
    """No data base; the parsing of answers without the syntax of a later Python."""
    stubs.module("app.utils.structured_output", invoke_json=parsed)
    stubs.module("app.services").llm_service = stubs.module("app.services.llm_service", get_agent_llm=model)


def imported(graph: ModuleType) -> None:
    from app.podcasts.schemas import PodcastSpec

    speakers = [{"slot": 0, "name": "Ada", "role": "host", "voice_id": "v"}]
    length = {"min_seconds": 60, "max_seconds": 120}
    brief = {"language": "en", "style": "monologue", "speakers": speakers, "duration": length}
    PLAIN["spec"] = FOCUSED["spec"] = PodcastSpec.model_validate(brief)


def run(source: str, configurable: dict[str, Any]) -> Run:
    return Run({"db_session": None, "source_content": source}, {"_text": [OUTLINE, TURNS]}, configurable, None)


AGENT = Agent(
    repository="MODSetter/SurfSense",
    commit="b4d57e9b471891962a24bbd5c77620983509abfa",
    root=ROOT,
    target="app.podcasts.generation.transcript.graph:graph",
    prompts=(
        *(f"{FOLDER}/prompts/draft_segment.py:{line}" for line in (31, 34, 36)),
        *(f"{FOLDER}/prompts/plan_outline.py:{line}" for line in (24, 26)),
    ),
    runs=(run("The source.", PLAIN), run("Another source.", FOCUSED)),
    prepare=prepare,
    imported=imported,
)
