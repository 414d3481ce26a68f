"""What this adapter offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_adapters() -> list[Spec]:
    """The adapters of this package."""
    return [
        Spec("langgraph", "llmdl_langgraph.adapt:adapt", "a compiled LangGraph graph", requires=("langgraph",)),
        Spec("chain", "llmdl_langgraph.chain:adapt_chain", "a LangChain chain", requires=("langchain_core",)),
    ]
