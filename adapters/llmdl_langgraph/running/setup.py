"""What a candidate changes in a model call beside its messages: the tools that it is told, its model and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_langgraph.running.offers import Offer, chosen
from llmdl_langgraph.running.tool_binding import ToolBinding


@dataclass(frozen=True)
class Setup:
    """Model and options in, what the candidate has in their place out."""

    tools: ToolBinding
    offers: Sequence[Offer] = ()

    def __call__(self, model: BaseChatModel, options: Mapping[str, Any]) -> tuple[BaseChatModel, Mapping[str, Any]]:
        return chosen(self.offers, model, self.tools(options))
