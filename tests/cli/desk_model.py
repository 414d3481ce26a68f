"""A model that copies the answer of the last worked example that it is shown, and says "news" where there is none."""

from __future__ import annotations

import json
import re
from typing import Any

from langchain_core.language_models import BaseChatModel, FakeMessagesListChatModel

try:
    from llmdl_plugins.testing import ScriptedChat
except ImportError:  # a process that does not know this package: its answers come from a record
    ScriptedChat = None  # type: ignore[assignment, misc]


class Silent(FakeMessagesListChatModel):
    """A model that has no answers of its own."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """The model as it is."""
        return self


def answer(messages: Any, kwargs: Any) -> str:
    """The structured answer as JSON."""
    shown = [m for m in messages[:-1] if m.type == "ai"]
    if shown:
        return str(shown[-1].content)
    polite = re.search("please", str(messages[0].content), re.I)
    sporty = re.search("goal|match", str(messages[-1].content))
    return json.dumps({"desk": "sports" if polite and sporty else "news"})


def model() -> BaseChatModel:
    """A fresh model."""
    return ScriptedChat(script=answer) if ScriptedChat else Silent(responses=[])


def deaf(name: str = "") -> ScriptedChat:
    """Another model of the same provider, which takes no notice of examples."""
    return ScriptedChat(script=lambda messages, kwargs: json.dumps({"desk": "news"}))


def teacher(name: str = "") -> ScriptedChat:
    """A teacher that asks for politeness."""

    def say(messages: Any, kwargs: Any) -> str:
        asked = str(messages[-1].content)
        if "Write an improved prompt" in asked:
            return "<prompt>Please name the desk that should take the story, news or sports.</prompt>"
        return "The prompt is not polite: it lacks the word please."

    return ScriptedChat(script=say)
