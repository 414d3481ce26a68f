"""langchain-ai/langgraph-101: triage of mail and an agent that answers."""

from spec import Agent, Run

MAIL = {"email_input": {"author": "a", "to": "b", "subject": "s", "email_thread": "t"}}

AGENT = Agent(
    repository="langchain-ai/langgraph-101",
    commit="386b4161f897e842be02062cb500c979cae0deb0",
    root=".",
    target="agents.email_agent.graph:graph",
    prompts=(
        "agents/email_agent/graph.py:76",
        "agents/email_agent/graph.py:246",
        "agents/email_agent/graph.py:297",
        "agents/email_agent/graph.py:326",
    ),
    runs=(Run(MAIL, {"RouterSchema": {"reasoning": "r", "classification": "respond"}, "_final": "Done"}),),
)
