"""What can be set from outside for a run of the agent."""

import os
from dataclasses import dataclass, field

from react_agent import prompts


@dataclass(kw_only=True)
class Context:
    """The settings of a run; MODEL and TOOLS of the environment stand in for what is not given."""

    system_prompt: str = prompts.SYSTEM_PROMPT
    model: str = field(default_factory=lambda: os.environ.get("MODEL", "openai/gpt-5-nano"))
    tools: bool = field(default_factory=lambda: os.environ.get("TOOLS", "on") == "on")
