"""langchain-ai/langchain-academy: analysts, interviews, a report."""

from spec import Agent, Run

AGENT = Agent(
    repository="langchain-ai/langchain-academy",
    commit="fa15bec4a51c541c40c261586b037c9d134977b1",
    root="module-4/studio",
    target="research_assistant:graph",
    prompts=(
        "module-4/studio/research_assistant.py:35",
        "module-4/studio/research_assistant.py:71",
        "module-4/studio/research_assistant.py:103",
        "module-4/studio/research_assistant.py:113",
        "module-4/studio/research_assistant.py:147",
        "module-4/studio/research_assistant.py:205",
        "module-4/studio/research_assistant.py:292",
        "module-4/studio/research_assistant.py:354",
        "module-4/studio/research_assistant.py:393",
        "module-4/studio/research_assistant.py:398",
        "module-4/studio/research_assistant.py:445",
        "module-4/studio/research_assistant.py:449",
        "module-4/studio/research_assistant.py:485",
        "module-4/studio/research_assistant.py:502",
    ),
    runs=(Run({"topic": "cats", "max_analysts": 1}, resume=({"human_analyst_feedback": "approve"},)),),
)
