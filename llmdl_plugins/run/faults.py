"""Tells faults of the way to the model from faults of the application, and both from a server that refuses us."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Mapping

from llmdl_plugins.errors import InfrastructureError

_STATUS = {407, 408, 409, 425, 429}
_SLOW_DOWN = {429, 529}
_UNKNOWN = {401, 403, 404, 407}
_UNPAID = {"insufficient_quota", "billing_hard_limit_reached"}
_NAMES = {
    "APIConnectionError",  # openai, anthropic
    "TransportError",  # httpx: time-outs, cut lines, broken protocol
    "ClientConnectionError",  # aiohttp
    "ClientPayloadError",
    "RequestException",  # requests, without a response
}
_HTTP = {"httpx", "httpx2", "requests", "aiohttp"}
# How langchain-core and langchain-openai word that what came back is no answer.
_NO_ANSWER = (
    "No generation chunks were returned",
    "null value for 'choices'",
    "Unexpected response type from OpenAI-compatible endpoint",
)


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error says nothing about the application: too many requests, server error, time-out, cut line."""
    return not is_unpaid(error) and any(_is_one(e) for e in chain(error))


def is_fault(error: BaseException) -> bool:
    """The same for an error that a model call raised, where a body that is no answer says nothing either."""
    return is_infrastructure(error) or is_no_answer(error)


def is_no_answer(error: BaseException) -> bool:
    """Whether a model call failed since what came back was none: cut or garbled JSON, an error with status 200."""
    return any(_is_body(e) for e in chain(error))


def is_slow_down(error: BaseException) -> bool:
    """Whether the server said that it is asked too fast."""
    return any(status(e) in _SLOW_DOWN for e in chain(error))


def is_timeout(error: BaseException) -> bool:
    """Whether nothing came in time."""
    kinds = (kind.__name__ for e in chain(error) for kind in type(e).__mro__)
    return any(name in ("TimeoutError", "Timeout", "TimeoutException", "APITimeoutError") for name in kinds)


def is_unpaid(error: BaseException) -> bool:
    """Whether the account can't pay, which waiting doesn't change, though its status is that of too many requests."""
    return any(status(e) == 402 or _code(e) in _UNPAID for e in chain(error))


def is_refusal(error: BaseException, has_answered: bool) -> bool:
    """Whether the server refuses this caller whatever is asked: a wrong key, no such model, an account that can't pay.

    Args:
        has_answered: whether the model has answered before: then a 403 or 404 is about this one request.
    """
    stays = {401} if has_answered else _UNKNOWN
    return is_unpaid(error) or any(status(e) in stays for e in chain(error))


def _is_one(error: BaseException) -> bool:
    if (told := status(error)) is not None:
        return told in _STATUS or told >= 500
    if isinstance(error, ConnectionError | TimeoutError | InfrastructureError):
        return True
    return not _NAMES.isdisjoint(kind.__name__ for kind in type(error).__mro__)


def _is_body(error: BaseException) -> bool:
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return _is_of_a_response(error)
    if isinstance(error, ValueError) and isinstance(said := _first(error), Mapping):
        return _is_fault_code(said.get("code"))
    return isinstance(error, ValueError | TypeError) and any(words in str(error) for words in _NO_ANSWER)


def _is_of_a_response(error: BaseException) -> bool:
    """Whether JSON was read for an HTTP library, and not by somebody who reads what the model wrote."""
    places = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(
        f.f_code.co_name == "json" and str(f.f_globals.get("__name__")).partition(".")[0] in _HTTP for f in places
    )


def _is_fault_code(code: object) -> bool:
    return not isinstance(code, int) or code in _STATUS or code >= 500


def _first(error: BaseException) -> object:
    return error.args[0] if error.args else None


def status(error: BaseException) -> int | None:
    """The HTTP status that came with an error, wherever its client puts it."""
    given = (
        getattr(error, "status_code", None),
        getattr(error, "status", None),
        getattr(getattr(error, "response", None), "status_code", None),
        getattr(error, "code", None),
    )
    return next((int(s) for s in given if isinstance(s, int) and 400 <= s < 600), None)


def _code(error: BaseException) -> str | None:
    code = getattr(error, "code", None)
    return code if isinstance(code, str) else None


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
