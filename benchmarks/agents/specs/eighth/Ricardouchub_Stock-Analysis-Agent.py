"""Ricardouchub/Stock-Analysis-Agent: one prompt in a Markdown file, messages as dictionaries, texts joined to lists."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from spec import Agent, Run


class News:
    """A headline."""

    def model_dump(self) -> dict[str, Any]:
        """As the agent keeps it."""
        return {"title": "a title", "source": "a source", "published": "2030-01-01", "url": "http://page.test"}


def imported(graph: ModuleType) -> None:
    """No market is asked."""

    def missing(*args: Any, **kwargs: Any) -> Any:
        raise graph.ToolExecutionError("no data")

    for name in ("get_price_snapshot", "load_chart_data", "backtest_sma_cross", "get_risk_snapshot"):
        setattr(graph, name, missing)
    graph.get_sector_comparison = missing  # type: ignore[attr-defined]
    graph.fetch_ir_news = graph.fetch_ir_rss = lambda ticker: [News()]  # type: ignore[attr-defined]


AGENT = Agent(
    repository="Ricardouchub/Stock-Analysis-Agent",
    commit="29eea8eb0ecb1475bfe3da79a2b0d15d904f7b1a",
    root="",
    target="app.agent_graph:agent_app",
    prompts=("app/prompts/system.md:1", *(f"app/agent_graph.py:{line}" for line in (355, 392, 401))),
    runs=(Run({"query": "What news of MSFT?", "artifacts": {}}), Run({"query": "Is AAPL a risk?", "artifacts": {}})),
    imported=imported,
)
