"""What is asked and answered, written down as a process without this package can give it again."""

from __future__ import annotations

from typing import Any

from llmdl_langgraph.exporting.replay_alone import definitions
from llmdl_plugins.door.passage import refused
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plain import JSON
from llmdl_plugins.run import witness


class Witness(witness.Witness):
    """Keeps every call of a run with its whole answer, as `replay_alone` gives it again."""

    def __init__(self) -> None:
        super().__init__(self._kept)
        self.calls: list[dict[str, JSON]] = []

    def _kept(self, call: Call, answer: Any) -> None:
        request: Any = call.request
        if not isinstance(request["messages"], list) or "events" in answer:
            raise refused(
                MisuseError(
                    f"The call at {call.path or 'a node'} can't be replayed without this package: only chat models of "
                    "LangChain can, through generate and stream, no SDK of a provider and no event streams."
                )
            )
        for n, messages in enumerate(request["messages"]):
            given = {"chunks": answer["chunks"]} if "chunks" in answer else {"message": answer["generations"][n][0]}
            told = {"messages": messages, "offered": definitions(request["options"]), "answer": given}
            self.calls.append({"node": call.path.partition("#")[0], **told})
