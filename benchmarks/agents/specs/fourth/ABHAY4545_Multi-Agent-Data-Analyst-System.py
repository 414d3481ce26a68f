"""ABHAY4545/Multi-Agent-Data-Analyst-System: messages as constants, Command routing, a text that grows."""

from __future__ import annotations

from spec import Agent, Run
from stubs import module

GENERATED = {"thinking": "t", "code": "print(1)", "charts_exists": True, "generated_chart_names": ["a.png"]}


class Sandbox:
    """Runs code: fails at first, then gives a result."""

    def __init__(self) -> None:
        self.process, self.fs, self.runs = self, self, 0

    def start(self) -> None: ...

    def download_file(self, *args: object) -> None: ...

    def exec(self, command: str) -> object:
        return type("Done", (), {"exit_code": 0, "result": "done"})

    def code_run(self, code: str) -> object:
        return type("Done", (), {"exit_code": int("fail" in code), "result": "42"})


class Daytona:
    """Finds the sandbox."""

    def find_one(self, name: str) -> Sandbox:
        return Sandbox()


def prepare() -> None:
    module("daytona", Daytona=Daytona)


def run(question: str, code: str, fixed: str = "print(2)") -> Run:
    routed = {"decision": "code_gen", "messages": "", "question": question}
    fix = {"fix_type": "CODE_FIX", "code": fixed, "cmd": "", "comment": "c"}
    answers = {"ManagerOutput": routed, "GeneratorOutput": {**GENERATED, "code": code}, "ReflectorOutput": fix}
    return Run({"messages": [("user", question)]}, answers)


AGENT = Agent(
    repository="ABHAY4545/Multi-Agent-Data-Analyst-System",
    commit="9974e06b5c0d1bcb8e6e7e6110b4befc5bed2b3f",
    root="",
    target="agent:app",
    prompts=(
        *(f"prompts.py:{line}" for line in (4, 38, 150, 208)),
        *(f"agent.py:{line}" for line in (105, 107, 131, 134)),
    ),
    runs=(run("How many cats?", "print(1)"), run("How many dogs?", "fail")),
    prepare=prepare,
)
