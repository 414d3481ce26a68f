"""langchain-ai/langgraph: graded retrieval and answers, a notebook."""

from spec import Agent, Run

YES, NO = {"binary_score": "yes"}, {"binary_score": "no"}

AGENT = Agent(
    repository="langchain-ai/langgraph",
    commit="f09cfe8ffc1eeffd68f4b628ed69c30f7cad229f",
    root="examples/rag",
    target="examples/rag/langgraph_self_rag.ipynb:app",
    prompts=(
        "examples/rag/langgraph_self_rag.ipynb:9:23",
        "examples/rag/langgraph_self_rag.ipynb:9:30",
        "examples/rag/langgraph_self_rag.ipynb:11:18",
        "examples/rag/langgraph_self_rag.ipynb:11:23",
        "examples/rag/langgraph_self_rag.ipynb:12:18",
        "examples/rag/langgraph_self_rag.ipynb:12:23",
        "examples/rag/langgraph_self_rag.ipynb:13:7",
        "examples/rag/langgraph_self_rag.ipynb:13:14",
    ),
    runs=(
        Run({"question": "q"}, {"GradeDocuments": YES, "GradeHallucinations": YES, "GradeAnswer": YES}),
        Run({"question": "p"}, {"GradeDocuments": NO}, limit=8),
    ),
    elsewhere=1,
)
