"""elastic/elasticsearch-labs: notebook; `ChatPromptTemplate.from_template` in chains, one of them an `LLMChain`."""

from __future__ import annotations

from langchain_classic.chains import LLMChain, SequentialChain
from spec import Agent, Run
from stubs import module

BOOK = "supporting-blog-content/agentic-rag/agent_rag_news_assistant.ipynb"


def prepare() -> None:
    module("langchain.chains", LLMChain=LLMChain, SequentialChain=SequentialChain)
    module("datasets", load_dataset=lambda *_, **__: [{"text": "News of a model.", "label": 3}])


def run(query: str, source: str, *relevant: bool) -> Run:
    answers = {
        "RouteQuery": {"datasource": source},
        "GradeRetrievedDocs": [{"binary_score": one} for one in relevant],
        "RewrittenQuery": {"query": "models of this month"},
    }
    return Run({"query": query}, answers)


AGENT = Agent(
    repository="elastic/elasticsearch-labs",
    commit="77567655e8343607538e2ef203b4c0b322526d93",
    root="supporting-blog-content/agentic-rag",
    target=f"{BOOK}:agent",
    prompts=tuple(f"{BOOK}:21:{line}" for line in (9, 31, 61, 74)),
    runs=(run("What is new?", "vectorstore", False, True), run("What was old?", "composite", True)),
    prepare=prepare,
)
