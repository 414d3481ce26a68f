"""A model that copies the answer of the last worked example that it is shown, and says "news" where there is none."""

from __future__ import annotations

import json
import re
from typing import Any

from llmdl_plugins.testing import ScriptedChat


def answer(messages: Any, kwargs: Any) -> str:
    """The structured answer as JSON."""
    shown = [m for m in messages[:-1] if m.type == "ai"]
    if shown:
        return str(shown[-1].content)
    polite = re.search("please", str(messages[0].content), re.I)
    sporty = re.search("goal|match", str(messages[-1].content))
    return json.dumps({"desk": "sports" if polite and sporty else "news"})


def model() -> ScriptedChat:
    """A fresh model."""
    return ScriptedChat(script=answer)


def teacher(name: str = "") -> ScriptedChat:
    """A teacher that asks for politeness."""

    def say(messages: Any, kwargs: Any) -> str:
        asked = str(messages[-1].content)
        if "Write an improved prompt" in asked:
            return "<prompt>Please name the desk that should take the story, news or sports.</prompt>"
        return "The prompt is not polite: it lacks the word please."

    return ScriptedChat(script=say)
