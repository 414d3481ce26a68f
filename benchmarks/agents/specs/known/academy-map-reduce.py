"""langchain-ai/langchain-academy: subjects, jokes, the best joke."""

from spec import Agent, Run

AGENT = Agent(
    repository="langchain-ai/langchain-academy",
    commit="fa15bec4a51c541c40c261586b037c9d134977b1",
    root="module-4/studio",
    target="map_reduce:graph",
    prompts=(
        "module-4/studio/map_reduce.py:13",
        "module-4/studio/map_reduce.py:14",
        "module-4/studio/map_reduce.py:15",
    ),
    runs=(Run({"topic": "cats"}, {"BestJoke": {"id": 0}}),),
)
