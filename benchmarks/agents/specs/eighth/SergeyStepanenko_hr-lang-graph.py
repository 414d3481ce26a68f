"""SergeyStepanenko/hr-lang-graph: prompts in functions of a module, approvals fanned out, interrupts, a factory."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

APPROVED = {"decision": "approve", "comment": ""}


def imported(workflow: ModuleType) -> None:
    """Its data base gets the one candidate that the runs tell of."""
    import src.db as db
    from sqlmodel import Session
    from src.models import Candidate

    db.init_db()
    with Session(db.engine) as session:
        if not session.get(Candidate, 1):
            db.seed()
            session.add(Candidate(id=1, name="none", job_id=1, cv_text="a CV"))
            session.commit()


def run(text: str, *answers: dict[str, str]) -> Run:
    state = {"candidate_id": 1, "job_id": 1, "cv_text": text, "stage": "intake", "clock_day": 0}
    return Run(state, resume=answers)


AGENT = Agent(
    repository="SergeyStepanenko/hr-lang-graph",
    commit="00965927245651683942d383e4bee45b368d922c",
    root="",
    target="src.workflow:create_studio_graph",
    prompts=tuple(f"src/llm.py:{line}" for line in (25, 40, 50, 52, 64, 65, 72, 73)),
    runs=(run("The CV of a person", {"decision": "reject", "comment": "no"}), run("Another CV", APPROVED)),
    imported=imported,
)
