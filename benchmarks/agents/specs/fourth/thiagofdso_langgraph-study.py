"""thiagofdso/langgraph-study: Portuguese; dedented f-strings, reflection with evidence and JSON to be read."""

from __future__ import annotations

from typing import Any

from spec import Agent, Run

FILE = "agente_reflexao_web/main.py"
ANSWER = '{"comentario_geral": "bom", "mudancas_obrigatorias": ["menos"], "pronto_para_publicar": false}'


def run(question: str) -> Run:
    texts: dict[str, Any] = dict.fromkeys(("draft", "last_reflection"), "")
    lists: dict[str, Any] = {"reflections": [], "results": [], "references": {}, "history": [], "warnings": []}
    counts: dict[str, Any] = {"iteration": 0, "reflection_count": 0, "max_reflections": 1, "next_step": "reflect"}
    return Run({"question": question, **texts, **lists, **counts}, {"_text": ["draft", ANSWER, "better"]})


AGENT = Agent(
    repository="thiagofdso/langgraph-study",
    commit="deb9f29fe8bd8041807cd7341fa59acdab468550",
    root="",
    target="agente_reflexao_web.main:app",
    prompts=tuple(f"{FILE}:{line}" for line in (24, 29, 135, 210)),
    runs=(run("O que é?"), run("Como é?")),
)
