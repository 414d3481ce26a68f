"""What the agent remembers while it works."""

from dataclasses import dataclass, field
from typing import Annotated

from langchain_core.messages import AnyMessage
from langgraph.graph import add_messages


@dataclass
class State:
    """The conversation: the story, what the archive said, the answer."""

    messages: Annotated[list[AnyMessage], add_messages] = field(default_factory=list)
