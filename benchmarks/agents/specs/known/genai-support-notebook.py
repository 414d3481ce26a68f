"""NirDiamant/GenAI_Agents: queries sorted and answered, a notebook."""

from spec import Agent, Run

AGENT = Agent(
    repository="NirDiamant/GenAI_Agents",
    commit="bd681451b254ac1a790e947b581d3997ab35013d",
    root="all_agents_tutorials",
    target="all_agents_tutorials/customer_support_agent_langgraph.ipynb:app",
    prompts=(
        "all_agents_tutorials/customer_support_agent_langgraph.ipynb:8:4",
        "all_agents_tutorials/customer_support_agent_langgraph.ipynb:8:14",
        "all_agents_tutorials/customer_support_agent_langgraph.ipynb:8:24",
        "all_agents_tutorials/customer_support_agent_langgraph.ipynb:8:33",
        "all_agents_tutorials/customer_support_agent_langgraph.ipynb:8:42",
    ),
    runs=(
        Run({"query": "Technical"}, {"_text": "Technical"}),
        Run({"query": "Billing"}, {"_text": "Billing"}),
        Run({"query": "General"}, {"_text": "General"}),
        Run({"query": "Negative"}, {"_text": "Negative"}),
    ),
)
