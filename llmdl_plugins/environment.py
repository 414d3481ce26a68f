"""The variables that the application's process gets: what a program needs to run, keys of models, and what is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from llmdl_plugins.langgraph_json import variables

NEEDED = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"),
    *("LANG", "LANGUAGE", "LC_*", "TZ", "PYTHON*", "VIRTUAL_ENV", "CONDA_PREFIX", "XDG_*"),
    *("LD_LIBRARY_PATH", "DYLD_*", "CUDA_*", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "LLMDL_*"),
)
MODELS = (
    *("OPENAI_*", "AZURE_OPENAI_*", "ANTHROPIC_*", "GOOGLE_API_KEY", "GEMINI_API_KEY", "MISTRAL_*", "GROQ_*"),
    *("COHERE_*", "CO_API_KEY", "TOGETHER_*", "FIREWORKS_*", "OPENROUTER_*", "DEEPSEEK_*", "XAI_*", "NVIDIA_API_KEY"),
    *("OLLAMA_*", "CEREBRAS_*", "PPLX_API_KEY", "PERPLEXITY_API_KEY", "HF_TOKEN", "HF_HOME"),
)
# Set to "off" and not just left out: a `.env` that the application loads by itself doesn't switch them on again.
TRACING = {
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "OTEL_SDK_DISABLED": "true",
}
# What LiteLLM and DSPy know of models they would fetch anew from the network; they bring a list along.
LOCAL = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
# Where packages keep what they made (DSPy its embeddings): that goes to the scratch folder, and is no side effect.
CACHES = ("DSPY_CACHEDIR",)
_TRACING_NAMES = (*TRACING, "LANGSMITH_*", "LANGCHAIN_*", "OTEL_*", "LANGFUSE_*")


def reduced(environment: Mapping[str, str], named: Sequence[str] = ()) -> dict[str, str]:
    """The variables that are passed on.

    Args:
        environment: all that there are.
        named: names or patterns that the user adds.
    """
    passed = {name: value for name, value in environment.items() if _fits(name, (*NEEDED, *MODELS, *named))}
    return {**{name: off for name, off in TRACING.items() if not _fits(name, named)}, **LOCAL, **passed}


def traces(environment: Iterable[str], named: Sequence[str] = ()) -> list[str]:
    """Variables of tracing that are set here and are not passed on."""
    return sorted(name for name in environment if _fits(name, _TRACING_NAMES) and not _fits(name, named))


def of_config(target: str, named: Sequence[str] = ()) -> dict[str, str]:
    """The variables that the langgraph.json of a target brings along; tracing only where it is named.

    Args:
        target: any target; {} where it is no langgraph.json.
        named: names or patterns that the user adds.
    """
    values = variables(target)
    left_out = traces(values, named)
    return {name: str(value) for name, value in values.items() if value is not None and name not in left_out}


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
