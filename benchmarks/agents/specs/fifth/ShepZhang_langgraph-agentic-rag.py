"""ShepZhang/langgraph-agentic-rag: a registry of prompts by name and version, filled as it is asked."""

from __future__ import annotations

from typing import Any

from spec import Agent, Run

FILE = "prompting/catalog.py"
FOUND = [{"content": "a document", "source": "s", "page": 1, "chunk_id": "c", "score": 0.9}]
GRADE = '{"grades": [{"document_index": 1, "relevance": "%s", "confidence": 0.9, "reason": "r"}], "reason": "r"}'
GRADED, POOR = GRADE % "relevant", GRADE % "irrelevant"
ANSWER = '{"answer": "a document [1]", "used_citation_indices": [1]}'
CLAIM = '"claim_id": "c001", "claim": "c", "cited_chunk_ids": ["c"]'
CLAIMS = '{"claims": [{' + CLAIM + '}], "reason": "r"}'
UNSUPPORTED = '{"results": [{' + CLAIM + ', "verification_label": "unsupported", "confidence": 0.9}], "reason": "r"}'


def said(grade: str) -> Any:
    def answer(messages: Any) -> str:
        text = messages[-1].content
        for words, told in (("grading whether", grade), ("answer questions using", ANSWER), ("extract atomic", CLAIMS)):
            if words in text:
                return told
        return UNSUPPORTED if "verify each" in text else ANSWER if "revise an answer" in text else "a query"

    return answer


def run(question: str, grade: str) -> Run:
    return Run({"question": question, "chat_history": []}, {"_text": said(grade)}, limit=40)


def imported(module: Any) -> None:
    from agent.state import create_initial_state  # type: ignore[import-not-found]

    for number, one in enumerate(AGENT.runs):
        inputs = create_initial_state(one.inputs["question"], [], max_retry_count=1)
        object.__setattr__(AGENT.runs[number], "inputs", inputs)
    module.graph = module.build_graph(retriever_fn=lambda query: [dict(one) for one in FOUND])


AGENT = Agent(
    repository="ShepZhang/langgraph-agentic-rag",
    commit="a840bce2faaa1ad88aed7006b2fb611cc205af6b",
    root="",
    target="agent.graph:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (6, 48, 74, 105, 134, 159, 188)),
    runs=(run("Who?", GRADED), run("Where?", POOR)),
    imported=imported,
)
