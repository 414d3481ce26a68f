"""TauricResearch/TradingAgents: nodes as closures, prompts as `+` chains and f-strings, pieces from helpers."""

from __future__ import annotations

import os
import sys
import tempfile
from types import ModuleType
from typing import Any

from spec import Agent, Run

DEBATE = ("bull_history", "bear_history", "history", "current_response", "judge_decision")
RISKS = ("aggressive", "conservative", "neutral")
RISK = tuple(f"{who}_history" for who in RISKS) + tuple(f"current_{who}_response" for who in RISKS)


def prepare() -> None:
    folder = tempfile.mkdtemp()
    for name in ("CACHE_DIR", "RESULTS_DIR", "MEMORY_LOG_PATH"):
        os.environ[f"TRADINGAGENTS_{name}"] = os.path.join(folder, name.lower())
    os.environ["TRADINGAGENTS_OUTPUT_LANGUAGE"] = "French"  # else one instruction is left out
    os.environ["TRADINGAGENTS_LLM_PROVIDER"] = "openai"


def imported(module: ModuleType) -> None:
    from tradingagents.llm_clients import openai_client

    openai_client.NormalizedChatOpenAI.model_name = "none"  # the scripted model has none
    trading = module.TradingAgentsGraph()
    for node in trading.tool_nodes.values():
        for tool in node.tools_by_name.values():
            tool.func = lambda *_, **__: "12 days up, 3 days down"
    posts = sys.modules["tradingagents.agents.analysts.sentiment_analyst"]
    posts.fetch_stocktwits_messages = posts.fetch_reddit_posts = lambda *_, **__: "people like it"  # type: ignore[attr-defined]
    module.graph = trading.graph  # type: ignore[attr-defined]


def inputs(ticker: str, kind: str, lessons: str = "") -> dict[str, Any]:
    reports = ("market_report", "fundamentals_report", "sentiment_report", "news_report")
    return {
        "messages": [("human", ticker)],
        "company_of_interest": ticker,
        "asset_type": kind,
        "instrument_context": "",
        "trade_date": "2026-05-04",
        "past_context": lessons,
        "investment_debate_state": {**dict.fromkeys(DEBATE, ""), "count": 0},
        "risk_debate_state": {**dict.fromkeys((*RISK, "history", "latest_speaker", "judge_decision"), ""), "count": 0},
        **dict.fromkeys(reports, ""),
    }


def places(**lines: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(
        f"tradingagents/agents/{file.replace('__', '/')}.py:{line}" for file, of in lines.items() for line in of
    )


AGENT = Agent(
    repository="TauricResearch/TradingAgents",
    commit="85946c2f60768ab2dae23a5a36cd927662feef94",
    root="",
    target="tradingagents.graph.trading_graph:graph",
    prompts=places(
        analysts__market_analyst=(25, 62),
        analysts__news_analyst=(28, 37),
        analysts__fundamentals_analyst=(26, 36),
        analysts__sentiment_analyst=(86, 131),
        researchers__bull_researcher=(22, 24, 27),
        researchers__bear_researcher=(22, 24, 27),
        managers__research_manager=(25,),
        managers__portfolio_manager=(37, 42),
        trader__trader=(32, 41),
        risk_mgmt__aggressive_debator=(24,),
        risk_mgmt__conservative_debator=(24,),
        risk_mgmt__neutral_debator=(24,),
        utils__agent_utils=(65, 137, 166, 208),
        schemas=(178,),
    ),
    runs=(
        Run(inputs("CATS", "stock", "Do not sell too early."), limit=60),
        Run(inputs("CAT-USD", "crypto"), limit=60),
    ),
    prepare=prepare,
    imported=imported,
)
