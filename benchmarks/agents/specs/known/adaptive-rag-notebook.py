"""langchain-ai/langgraph: routed and graded retrieval, a notebook."""

from spec import Agent, Run

YES, NO = {"binary_score": "yes"}, {"binary_score": "no"}
ROUTED = {"RouteQuery": {"datasource": "vectorstore"}}

AGENT = Agent(
    repository="langchain-ai/langgraph",
    commit="f09cfe8ffc1eeffd68f4b628ed69c30f7cad229f",
    root="examples/rag",
    target="examples/rag/langgraph_adaptive_rag.ipynb:app",
    prompts=(
        "examples/rag/langgraph_adaptive_rag.ipynb:9:25",
        "examples/rag/langgraph_adaptive_rag.ipynb:10:18",
        "examples/rag/langgraph_adaptive_rag.ipynb:10:25",
        "examples/rag/langgraph_adaptive_rag.ipynb:12:18",
        "examples/rag/langgraph_adaptive_rag.ipynb:12:23",
        "examples/rag/langgraph_adaptive_rag.ipynb:13:18",
        "examples/rag/langgraph_adaptive_rag.ipynb:13:23",
        "examples/rag/langgraph_adaptive_rag.ipynb:14:7",
        "examples/rag/langgraph_adaptive_rag.ipynb:14:14",
    ),
    runs=(
        Run({"question": "q"}, ROUTED | {"GradeDocuments": YES, "GradeHallucinations": YES, "GradeAnswer": YES}),
        Run(
            {"question": "p"},
            {"RouteQuery": {"datasource": "web_search"}, "GradeHallucinations": YES, "GradeAnswer": YES},
        ),
        Run({"question": "r"}, ROUTED | {"GradeDocuments": NO}, limit=8),
    ),
    elsewhere=1,
)
