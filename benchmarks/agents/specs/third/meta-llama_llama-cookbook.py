"""meta-llama/llama-cookbook: notebook; templates of one text each, one variable for all, answers as JSON."""

from __future__ import annotations

from scripted import Script, playing
from spec import Agent, Run

BOOK = "3p-integrations/langchain/langgraph_rag_agent_local.ipynb"
FOUND, SEARCHED = (f'{{"score": "yes", "datasource": "{source}"}}' for source in ("vectorstore", "web_search"))


def prepare() -> None:
    playing(Script({"_text": FOUND})).__enter__()  # its cells read answers as JSON


AGENT = Agent(
    repository="meta-llama/llama-cookbook",
    commit="0e0033518623d03ac5c1654bf04b7e480f7d5e5a",
    root="3p-integrations/langchain",
    target=f"{BOOK}:app",
    prompts=tuple(f"{BOOK}:{place}" for place in ("6:11", "7:9", "8:8", "9:8", "10:11")),
    runs=(
        Run({"question": "What is memory?"}, {"_text": FOUND}),
        Run({"question": "Who won?", "documents": []}, {"_text": SEARCHED}),
    ),
    prepare=prepare,
)
