"""langchain-ai/agents-from-scratch: triage of mail and an agent that answers."""

from spec import Agent, Run

MAIL = {"email_input": {"author": "a", "to": "b", "subject": "s", "email_thread": "t"}}

AGENT = Agent(
    repository="langchain-ai/agents-from-scratch",
    commit="edf2c479191d89bf96e6dceb6ee952a618979fc6",
    root="src",
    target="email_assistant.email_assistant:email_assistant",
    prompts=(
        "src/email_assistant/prompts.py:4",
        "src/email_assistant/prompts.py:28",
        "src/email_assistant/prompts.py:37",
        "src/email_assistant/prompts.py:54",
        "src/email_assistant/prompts.py:151",
        "src/email_assistant/prompts.py:156",
        "src/email_assistant/prompts.py:182",
        "src/email_assistant/prompts.py:187",
        "src/email_assistant/tools/default/prompt_templates.py:32",
        "src/email_assistant/email_assistant.py:133",
    ),
    runs=(Run(MAIL, {"RouterSchema": {"reasoning": "r", "classification": "respond"}, "_final": "Done"}),),
)
