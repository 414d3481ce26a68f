"""business-science/ai-data-science-team, the data cleaning agent: templates in closures, shared node functions."""

from __future__ import annotations

import os
import sys
import tempfile
from types import ModuleType, SimpleNamespace
from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run


def prepare() -> None:
    os.chdir(tempfile.mkdtemp())


def imported(module: ModuleType) -> None:
    def sandboxed(code_snippet: str, **_: Any) -> tuple[Any, str | None]:
        return ({"a": [1, 2]}, None) if "mended" in code_snippet else (None, "the column is missing")

    then = SimpleNamespace(strftime=lambda form: "2030-01-01 00:00:00")
    sys.modules["ai_data_science_team.utils.regex"].datetime = SimpleNamespace(now=lambda: then)  # type: ignore[attr-defined]
    module.run_code_sandboxed_subprocess = sandboxed  # type: ignore[attr-defined]
    module.graph = module.make_data_cleaning_agent(ScriptedChat(model="scripted"))  # type: ignore[attr-defined]


CODE = "```python\ndef data_cleaner(data_raw):\n    return data_raw  # {}\n```"
AT = "ai_data_science_team/agents/data_cleaning_agent.py"

AGENT = Agent(
    repository="business-science/ai-data-science-team",
    commit="4ffeb7f38178aa250917f29b01355f8b89ba809e",
    root="",
    target="ai_data_science_team.agents.data_cleaning_agent:graph",
    prompts=(
        f"{AT}:534",
        f"{AT}:598",
        f"{AT}:619",
        f"{AT}:766",
        f"{AT}:791",
        "ai_data_science_team/tools/dataframe.py:138",
        "ai_data_science_team/utils/regex.py:65",
    ),
    runs=(
        Run(
            {
                "user_instructions": "Keep the outliers.",
                "data_raw": {"a": [1, 1, 2]},
                "max_retries": 3,
                "retry_count": 0,
            },
            {"_text": ["1. Remove duplicate rows.", CODE.format("broken"), CODE.format("mended")]},
        ),
    ),
    prepare=prepare,
    imported=imported,
)
