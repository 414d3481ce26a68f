"""How clients of OpenAI-compatible servers send: through httpx, or for the length of a run through aiohttp.

Many calls under way cost httpx more CPU time each; the model of the application itself is never changed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from typing import Any
from urllib.request import getproxies

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.door.straight import Straight
from llmdl_plugins.errors import MissingExtraError

MANY = 32  # calls under way from which on it is worth telling
_COPIES = 256
_INSTALL = "pip install 'llmdl-plugins[fast]'"
_sending: ContextVar[Callable[[BaseChatModel], BaseChatModel] | None] = ContextVar("llmdl_sending", default=None)


def sender(model: BaseChatModel) -> BaseChatModel:
    """The model that sends instead of this one, here and now."""
    sending = _sending.get()
    return sending(model) if sending else model


def advice(model: Any, concurrency: int) -> str | None:
    """What would make so many calls of this model at once cheaper; None where nothing would."""
    if concurrency < MANY or not _is_stock(model) or getproxies():
        return None
    install = "" if find_spec("aiohttp") else f" ({_INSTALL})"
    return (
        f"{type(model).__name__} sends through httpx, which takes more time of this machine the more calls are "
        f"under way: --fast-http{install} sends through aiohttp instead, in this run only"
    )


@asynccontextmanager
async def transport(fast: bool, concurrency: int, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Inside, models send through aiohttp where that is wanted; else it is said once where it would help.

    Args:
        fast: the user's consent.
        concurrency: calls that may be under way at once.
        say: told what would help.

    Raises:
        MissingExtraError: aiohttp is not installed.
    """
    if fast and find_spec("aiohttp") is None:
        raise MissingExtraError(f"Sending through aiohttp needs a package that is not installed: {_INSTALL}.")
    swift = _Swift()
    token = _sending.set(swift if fast else _Advising(concurrency, say))
    try:
        yield
    finally:
        _sending.reset(token)
        await swift.close()


class _Advising:
    """Leaves models as they are, and says once what would help."""

    def __init__(self, concurrency: int, say: Callable[[str], None]) -> None:
        self.concurrency, self.say, self.said = concurrency, say, concurrency < MANY

    def __call__(self, model: BaseChatModel) -> BaseChatModel:
        if not self.said and (told := advice(model, self.concurrency)):
            self.said = True
            self.say(told)
        return model


class _Swift:
    """Copies of models that share one aiohttp client, on the loop of the run alone."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_direct = not getproxies()  # a proxy of the environment is httpx's to find
        self._client: Any = None
        self._copies: dict[int, tuple[BaseChatModel, BaseChatModel]] = {}

    def __call__(self, model: BaseChatModel) -> BaseChatModel:
        if not self._is_direct or not _is_stock(model) or not self._is_here():
            return model
        known = self._copies.get(id(model))
        if known is None or known[0].root_async_client is not model.root_async_client:  # type: ignore[attr-defined]
            if len(self._copies) >= _COPIES:
                self._copies.clear()  # an application may make a model for every call
            known = self._copies[id(model)] = model, self._copy(model)
        return known[1]

    def _is_here(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def _copy(self, model: Any) -> BaseChatModel:
        if self._client is None:
            self._client = sys.modules["openai"].DefaultAioHttpClient()
        root = model.root_async_client.with_options(http_client=self._client)
        changed = {"root_async_client": root, "async_client": Straight(root.chat.completions, self._client)}
        return model.model_copy(update=changed)  # type: ignore[no-any-return]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _is_stock(model: Any) -> bool:
    """Whether a model sends through a client that its user has not chosen himself, to an address without a password."""
    held = vars(model)
    return (
        (root := held.get("root_async_client")) is not None
        and not root.base_url.userinfo  # aiohttp takes no key beside it
        and held.get("http_async_client") is None
        and held.get("openai_proxy") is None
        and hasattr(sys.modules.get("openai"), "DefaultAioHttpClient")
    )
