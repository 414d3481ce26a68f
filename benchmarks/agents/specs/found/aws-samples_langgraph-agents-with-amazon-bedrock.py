"""aws-samples/langgraph-agents-with-amazon-bedrock: notebook; constants, f-strings, a PromptTemplate made in a node."""

from __future__ import annotations

from spec import Agent, Run
from stubs import module

BOOK = "Lab_6/Lab_6.ipynb"


def prepare() -> None:
    for name in ("utils", "boto3", "botocore", "botocore.client", "langchain_core.output_parsers.xml"):
        module(name)


AGENT = Agent(
    repository="aws-samples/langgraph-agents-with-amazon-bedrock",
    commit="2018d0f377faf619708336837b601ff8bb7776fa",
    root="Lab_6",
    target=f"{BOOK}:graph",
    prompts=tuple(f"{BOOK}:{place}" for place in ("8:1", "9:1", "10:1", "24:18", "25:4", "27:7")),
    runs=(
        Run(
            {"task": "Why do cats sleep?", "content": [], "max_revisions": 2, "revision_number": 1},
            {"_text": '{"queries": ["cats asleep"]}'},
        ),
    ),
    prepare=prepare,
)
