"""1Pereira/Agente-RAG-juridico: Portuguese; chains made in nodes from local names, modules imported by path."""

from __future__ import annotations

from types import SimpleNamespace

from spec import Agent, Run
from stubs import Retriever, module

FILE = "src/agent/nodes.py"


def prepare() -> None:
    store = SimpleNamespace(as_retriever=lambda **kwargs: Retriever())
    module("chroma_client", obter_banco_vetorial=lambda: store)


def run(question: str) -> Run:
    return Run({"question": question}, {"GraderOutput": [{"is_relevant": "sim"}, {"is_relevant": "nao"}]})


AGENT = Agent(
    repository="1Pereira/Agente-RAG-juridico",
    commit="701c628ce74c68a8bd60355ec7444db1afedb669",
    root="src/agent",
    target="graph:app_agente",
    prompts=(f"{FILE}:48", f"{FILE}:50", f"{FILE}:75"),
    runs=(run("O que diz?"), run("Quem paga?")),
    prepare=prepare,
)
