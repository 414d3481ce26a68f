"""langchain-ai/langgraph: graded retrieval, a notebook."""

from spec import Agent, Run

AGENT = Agent(
    repository="langchain-ai/langgraph",
    commit="f09cfe8ffc1eeffd68f4b628ed69c30f7cad229f",
    root="examples/rag",
    target="examples/rag/langgraph_crag.ipynb:app",
    prompts=(
        "examples/rag/langgraph_crag.ipynb:9:22",
        "examples/rag/langgraph_crag.ipynb:9:28",
        "examples/rag/langgraph_crag.ipynb:11:7",
        "examples/rag/langgraph_crag.ipynb:11:14",
    ),
    runs=(
        Run({"question": "q"}, {"GradeDocuments": {"binary_score": "no"}}),
        Run({"question": "p"}, {"GradeDocuments": {"binary_score": "yes"}}),
    ),
    elsewhere=1,
)
