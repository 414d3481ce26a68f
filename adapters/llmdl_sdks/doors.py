"""The doors by name: which class of an SDK sends, and what words its requests are in."""

from __future__ import annotations

from contextlib import AbstractContextManager

from llmdl_plugins.door.arriving import replacing
from llmdl_sdks import chat_completions, genai, messages, responses, stainless


def openai() -> AbstractContextManager[None]:
    """`chat.completions` and `responses`: create, parse and stream, whole, raw or streamed, sync and async."""
    spoken = {"/chat/completions": chat_completions.DIALECT, "/responses": responses.DIALECT}
    return replacing("openai._base_client", lambda module: stainless.methods(module, spoken))


def anthropic() -> AbstractContextManager[None]:
    """`messages`: create, parse and stream, whole, raw or streamed, sync and async."""
    return replacing(
        "anthropic._base_client", lambda module: stainless.methods(module, {"/v1/messages": messages.DIALECT})
    )


def google_genai() -> AbstractContextManager[None]:
    """`models.generate_content` and its streams, chats and function calling loops among them, sync and async."""
    return replacing("google.genai._api_client", genai.methods)
