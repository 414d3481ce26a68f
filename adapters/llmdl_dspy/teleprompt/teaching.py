"""The model that a teleprompter asks for proposals: our teacher, as DSPy has models."""

from __future__ import annotations

from typing import Any

import dspy
from langchain_core.language_models import BaseChatModel

from llmdl_dspy.engine import AsyncChatEngine, ChatEngine
from llmdl_dspy.teleprompt.desk import Desk
from llmdl_dspy.teleprompt.program import Shared
from llmdl_plugins.door.asked import described
from llmdl_plugins.door.calls import model_of


class TeacherLM(dspy.LM):  # type: ignore[misc]
    """A `dspy.LM` whose every call is a teacher's call of the run, from whatever thread it comes.

    Args:
        chat: answers; None where this optimizer has no teacher, and may ask none.
        desk: of the run.
    """

    def __init__(self, chat: BaseChatModel | None, desk: Desk) -> None:
        if chat is None:
            super().__init__("nobody", engine=Nobody(), cache=False, num_retries=0)
        else:
            named, _ = model_of(described(chat))  # its price is found by its name
            engines = {"engine": ChatEngine(chat), "async_engine": AsyncChatEngine(chat)}
            super().__init__(named, **engines, cache=False, num_retries=0)
        self._desk = Shared(desk)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """One answer, paid for."""
        with self._desk.held.teaching():
            return super().__call__(*args, **kwargs)

    async def acall(self, *args: Any, **kwargs: Any) -> Any:
        """The same, asynchronously."""
        with self._desk.held.teaching():
            return await super().acall(*args, **kwargs)


class Nobody:
    """Stands where a model must be and none is ever asked: without a teacher `teaching` raises first."""

    def __deepcopy__(self, memo: Any) -> Nobody:
        return self

    def complete(self, request: Any) -> Any:
        """Never called."""
        raise NotImplementedError
