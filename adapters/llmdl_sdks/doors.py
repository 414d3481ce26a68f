"""The doors by name: which class of an SDK sends, and what words its requests are in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from llmdl_plugins.door.arriving import Methods, replacing
from llmdl_sdks import (
    addresses,
    answer_types,
    bodies,
    chat_completions,
    genai,
    messages,
    pools,
    responses,
    results,
    sockets,
    stainless,
)

# What is done anew for each call and comes to nothing: in the SDK, in httpx below it, in LangChain above.
_SPARED: dict[str, Methods] = {
    "openai._utils._transform": bodies.methods,
    "openai._models": answer_types.methods,
    **{f"{library}._backends.anyio": sockets.methods for library in ("httpcore", "httpcore2")},
    **{f"{library}._async.connection_pool": pools.methods for library in ("httpcore", "httpcore2")},
    **{
        f"{library}.{module}": addresses.methods for library in ("httpx", "httpx2") for module in ("_urlparse", "_urls")
    },
    "langchain_openai.chat_models.base": results.methods,
}


@contextmanager
def openai() -> Iterator[None]:
    """`chat.completions` and `responses`: create, parse and stream, whole, raw or streamed, sync and async."""
    spoken = {"/chat/completions": chat_completions.DIALECT, "/responses": responses.DIALECT}
    met = {"openai._base_client": lambda module: stainless.methods(module, spoken)}
    with ExitStack() as undone:
        for name, methods in {**met, **_SPARED}.items():
            undone.enter_context(replacing(name, methods))
        yield


def anthropic() -> AbstractContextManager[None]:
    """`messages`: create, parse and stream, whole, raw or streamed, sync and async."""
    return replacing(
        "anthropic._base_client", lambda module: stainless.methods(module, {"/v1/messages": messages.DIALECT})
    )


def google_genai() -> AbstractContextManager[None]:
    """`models.generate_content` and its streams, chats and function calling loops among them, sync and async."""
    return replacing("google.genai._api_client", genai.methods)
