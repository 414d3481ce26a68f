"""teddylee777/langchain-kr: notebook; a prompt that a function makes, partly filled with instructions of its own."""

from __future__ import annotations

from langchain_core.messages import HumanMessage
from spec import Agent, Run

BOOK = "17-LangGraph/03-Use-Cases/01-LangGraph-Agent-Simulation.ipynb"


def run(said: str, *answers: str) -> Run:
    return Run({"messages": [HumanMessage(said)]}, {"_text": list(answers)})


AGENT = Agent(
    repository="teddylee777/langchain-kr",
    commit="227bbee24ad6500583be4c6ff7ff08d0963c996f",
    root="17-LangGraph/03-Use-Cases",
    target=f"{BOOK}:simulation",
    prompts=tuple(f"{BOOK}:{place}" for place in ("7:18", "11:7", "13:2")),
    runs=(
        run("환불해 주세요.", "언제 다녀오셨나요?", "FINISHED"),
        run("화가 났습니다.", "무슨 일이신가요?", "작년입니다."),
    ),
)
