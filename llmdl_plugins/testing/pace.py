"""How fast the simulated service is: laws of latency, and limits on requests and tokens a minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.bucket import Bucket
from llmdl_plugins.testing.draws import Draw, digest

Law = Literal["fixed", "lognormal", "token"]


@dataclass(frozen=True)
class Latency:
    """Seconds that a reply takes: fixed, lognormal (median, sigma) or by token (start, seconds a token)."""

    law: Law
    first: float
    second: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Latency:
        """Read `fixed:0.05`, `lognormal:0.3,0.4` or `token:0.2,0.01`; MisuseError where it is none of them."""
        law, _, numbers = text.partition(":")
        try:
            first, second = [float(number) for number in f"{numbers or 0},0".split(",")][:2]
        except ValueError:
            law = ""
        if law not in get_args(Law):
            raise MisuseError(
                f"Can't read the latency {text!r}: write fixed:0.05, lognormal:0.3,0.4 or token:0.2,0.01."
            )
        return cls(cast(Law, law), first, second)

    @property
    def per_token(self) -> float:
        """Seconds between two tokens of a stream."""
        return self.second if self.law == "token" else 0.0

    def seconds(self, completion_tokens: int, key: int, repetition: int) -> float:
        """Seconds until the whole reply is there."""
        if self.law == "lognormal":
            return self.first * math.exp(self.second * Draw(digest("lat", key, repetition)).normal())
        return self.first + self.per_token * completion_tokens


class RateLimit:
    """Limits on requests and on tokens a minute; 0 is no limit."""

    def __init__(self, rpm: float, tpm: float, burst: float) -> None:
        self._requests = Bucket(rpm, burst) if rpm else None
        self._tokens = Bucket(tpm, burst) if tpm else None

    def wait(self, prompt_tokens: int) -> float:
        """Seconds until one more request of this size fits."""
        return max((bucket.wait(amount) for bucket, amount in self._claims(prompt_tokens)), default=0.0)

    def admit(self, prompt_tokens: int) -> None:
        """Let one request in."""
        for bucket, amount in self._claims(prompt_tokens):
            bucket.take(amount)

    def settle(self, completion_tokens: int) -> None:
        """Charge the tokens of the reply."""
        if self._tokens:
            self._tokens.take(completion_tokens)

    def _claims(self, prompt_tokens: int) -> Sequence[tuple[Bucket, int]]:
        claims = ((self._requests, 1), (self._tokens, prompt_tokens))
        return [(bucket, amount) for bucket, amount in claims if bucket]
