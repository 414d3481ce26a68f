"""langchain-ai/executive-ai-assistant: triage of mail, drafts, meetings."""

import stubs
from langchain_core.messages import BaseMessage
from langgraph.prebuilt import create_react_agent
from spec import Agent, Run

EMAIL = {
    "id": "1", "thread_id": "1", "from_email": "a@b.test", "to_email": "c@d.test", "subject": "s",
    "page_content": "a mail", "send_time": "now",
}  # fmt: skip
EMAILED = {"logic": "l", "response": "email"}
TRIAGED = (("default", "triage_examples"), "1", {"input": EMAIL, "triage": "no"})


def prepare() -> None:
    """The agent takes `create_react_agent` from where it once was."""
    stubs.module("langchain.agents.react")
    stubs.module("langchain.agents.react.agent", create_react_agent=create_react_agent)
    stubs.module("eaia.gmail", get_events_for_days=get_events_for_days)


def get_events_for_days(date_strs: list[str]) -> str:
    """The events of some days."""
    return "none"


def draft(messages: list[BaseMessage]) -> str:
    """No tool at first: the agent then asks for one."""
    return "ResponseEmailDraft" if "valid tool" in str(messages[-1].content) else "_text"


AGENT = Agent(
    repository="langchain-ai/executive-ai-assistant",
    commit="758db7174223da7864feea7c9f8d1aba12923037",
    root=".",
    target="eaia.main.graph:graph",
    prompts=(
        "eaia/main/draft_response.py:19",
        "eaia/main/draft_response.py:73",
        "eaia/main/draft_response.py:151",
        "eaia/main/fewshot.py:7",
        "eaia/main/fewshot.py:18",
        "eaia/main/find_meeting_time.py:15",
        "eaia/main/rewrite.py:10",
        "eaia/main/triage.py:16",
    ),
    runs=(
        Run({"email": EMAIL, "messages": []}, {"RespondTo": EMAILED, "_first": "MeetingAssistant", "_final": "Ignore"}),
        Run({"email": EMAIL | {"id": "2"}, "messages": []}, {"RespondTo": EMAILED, "_first": draft}, stored=(TRIAGED,)),
    ),
    prepare=prepare,
)
