"""Answer with one of given choices, and say how probable the model finds each.

A choice is scored by the token that sets it apart: the first one in which this model writes it, renormalised over the
choices.  One request lifts the tokens of all choices by the same amount, so that they are listed first, whatever their
rank, and what they are to each other stays.  Choices that begin with the same token share its probability, and it is
split among them by asking again after that token.

Where a choice is not found so (its token is part of a character, it ends where another goes on, or the model writes
words with a space in front), the plain list of the next tokens is read, and what is not among the `READ` most probable
is forced by a grammar, which tells its probability whatever its rank.

What this is not: the probability of the whole text.  What follows the token that sets a choice apart does not count.
So give choices that differ early and are written as the model would write them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from llmdl_local.server import Body, Reply
from llmdl_plugins.errors import InfrastructureError, MisuseError

K = TypeVar("K")
Ask = Callable[[Body], Reply]
Token = tuple[bytes, float]
READ = 200  # next tokens to read: +1 ms a request
EVERY = 1_000_000  # the whole vocabulary, 0.4 s: only for characters that the model spells in several tokens
SETTINGS_OF_TEXT = ("stop", "response_format", "json_schema", "grammar", "logit_bias")
LIFT = 100.0  # what a logit gets: no other token comes near, and 32-bit numbers still hold what is below by 80
UNSHAPED = {
    **{"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0},
    **{"presence_penalty": 0.0, "frequency_penalty": 0.0, "repeat_penalty": 1.0},
}


def choose(
    ask: Ask, body: Body, choices: Sequence[str], prior: Mapping[str, float] | None
) -> tuple[dict[str, float], list[Reply]]:
    """The calibrated score of each choice, and the replies that it was read from."""
    replies: list[Reply] = []

    def kept(request: Body) -> Reply:
        replies.append(ask(request))
        return replies[-1]

    return calibrated(score(kept, body, checked(choices)), prior), replies


def score(ask: Ask, body: Body, choices: Sequence[str]) -> dict[str, float]:
    """The probability of each choice as the answer to a request; they sum to 1."""
    plain = {name: value for name, value in body.items() if name not in SETTINGS_OF_TEXT}
    return _split(ask, plain | {"temperature": 0}, {choice: choice.encode() for choice in choices})


def calibrated(scores: Mapping[str, float], prior: Mapping[str, float] | None) -> dict[str, float]:
    """Scores divided by how much the model leans to each choice anyway, renormalised (Zhao et al., 2021).

    Raises:
        MisuseError: the prior lacks a choice, or holds one that is not above 0.
    """
    if prior is None:
        return dict(scores)
    for choice in scores:
        if not prior.get(choice, 0) > 0:
            raise MisuseError(f"The prior needs a number above 0 for every choice; {choice!r} has {prior.get(choice)}.")
    return _normalised({choice: value / prior[choice] for choice, value in scores.items()})


def checked(choices: Sequence[str]) -> list[str]:
    """The choices as a list.

    Raises:
        MisuseError: fewer than two, an empty one, or the same one twice.
    """
    if isinstance(choices, str) or len(set(choices)) < max(2, len(choices)) or not all(choices):
        raise MisuseError(f"choices needs two or more different texts, got {choices!r}.")
    return list(choices)


def _split(ask: Ask, body: Body, rest: Mapping[str, bytes]) -> dict[str, float]:
    tokens = _next_tokens(ask, body, rest)
    share = _normalised(dict(tokens.values()))
    scores: dict[str, float] = {}
    for begin, part in share.items():
        same = {choice: rest[choice][len(begin) :] for choice, token in tokens.items() if token[0] == begin}
        within = _split(ask, _continued(body, begin), same) if len(same) > 1 else dict.fromkeys(same, 1.0)
        scores |= {choice: part * value for choice, value in within.items()}
    return {choice: scores[choice] for choice in rest}


def _next_tokens(ask: Ask, body: Body, rest: Mapping[str, bytes]) -> dict[str, Token]:
    found = _matches(_lifted(ask, body, rest.values()), rest) if all(rest.values()) else {}
    return found if len(found) == len(rest) else _searched(ask, body, rest)


def _lifted(ask: Ask, body: Body, texts: Iterable[bytes]) -> list[Token]:
    bias = [[_text(text), LIFT] for text in texts]
    listed = {"logprobs": True, "post_sampling_probs": True, "top_logprobs": max(READ, sum(map(len, texts)))}
    return _tokens(ask(body | UNSHAPED | listed | {"max_tokens": 1, "logit_bias": bias}))


def _searched(ask: Ask, body: Body, rest: Mapping[str, bytes]) -> dict[str, Token]:
    found = _matches(_likely(ask, body, READ), rest)
    while left := {choice: text for choice, text in rest.items() if choice not in found}:
        more = _matches(_forced(ask, body, left.values()) or _likely(ask, body, EVERY), left)
        if not more:
            raise InfrastructureError(f"llama.cpp did not keep to the grammar for {sorted(left)}.")
        found |= more
    return found


def _likely(ask: Ask, body: Body, count: int) -> list[Token]:
    one = body | {"max_tokens": 1, "logprobs": True, "top_logprobs": count}
    # llama.cpp lists nothing for an answer that is part of a character; after a whole one the list is the same.
    return _tokens(ask(one)) or _tokens(ask(one | {"grammar": _grammar([b"."])}))


def _forced(ask: Ask, body: Body, texts: Iterable[bytes]) -> list[Token]:
    one = {"max_tokens": 1, "logprobs": True, "top_logprobs": 1, "grammar": _grammar(texts)}
    return _tokens(ask(body | one))


def _matches(tokens: Sequence[Token], rest: Mapping[str, bytes]) -> dict[str, Token]:
    matches = {choice: [token for token in tokens if _begins(text, token[0])] for choice, text in rest.items()}
    return {choice: max(fits, key=lambda token: (len(token[0]), token[1])) for choice, fits in matches.items() if fits}


def _begins(text: bytes, token: bytes) -> bool:
    # An end token holds no bytes: it is what comes next where a choice is complete, as "yes" beside "yes, but".
    return text.startswith(token) if token else not text


def _tokens(reply: Reply) -> list[Token]:
    listed = reply["choices"][0].get("logprobs")
    if not listed:
        return []
    sampled = listed["content"][0]
    others = sampled.get("top_probs") or sampled["top_logprobs"]
    return [(bytes(token["bytes"]), _probability(token)) for token in (sampled, *others)]


def _probability(token: Mapping[str, Any]) -> float:
    return token["prob"] if "prob" in token else math.exp(token["logprob"])


def _continued(body: Body, begin: bytes) -> Body:
    *before, last = body["messages"]
    if last["role"] != "assistant":
        before, last = body["messages"], {"role": "assistant", "content": ""}
    return body | {"messages": [*before, last | {"content": last["content"] + _text(begin)}]}


def _text(part: bytes) -> str:
    try:
        return part.decode()
    except UnicodeDecodeError as split:
        raise MisuseError(
            "These choices part inside one character of this model's tokens: start them apart."
        ) from split


def _grammar(texts: Iterable[bytes]) -> str:
    return "%llguidance {}\nstart: " + " | ".join(json.dumps(_text(text), ensure_ascii=False) for text in texts)


def _normalised(weights: Mapping[K, float]) -> dict[K, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
