"""The secrets that this process knows, and what stands for each in a text."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import threading
from collections.abc import Callable
from secrets import token_hex
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

from llmdl_plugins.secrets.fields import of_environment, of_object
from llmdl_plugins.secrets.forms import FORMS, QUERY, suspicion

_SHORTEST = 8
_ROUNDS = 20_000
MARK = "[secret:"


class Secrets:
    """The secrets that one process knows; thread-safe."""

    def __init__(self) -> None:
        self._named: dict[str, set[str]] = {}
        self._known: tuple[tuple[str, str, str, str], ...] = ()  # text, name, value, way of writing; longest first
        self._tags: dict[tuple[str, str], str] = {}
        self._guessed: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._met: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self._variables = -1
        self._suspects: Callable[[str], bool] | None = None
        self._lock = threading.Lock()

    def learn(self, name: str, value: str) -> None:
        """A secret by its name; what is too short to be one is left alone."""
        name = re.sub(r"[^\w.-]", "_", name)
        if len(value) < _SHORTEST or value in self._named.get(name, ()):
            return
        with self._lock:
            self._named.setdefault(name, set()).add(value)
            taken = {text for text, *_ in self._known}
            fresh = [(text, name, value, way) for way, text in _written(value).items() if text not in taken]
            self._known = tuple(sorted((*self._known, *fresh), key=lambda one: -len(one[0])))
            self._suspects = None

    def named(self) -> list[tuple[str, str]]:
        """Every name with its values, those met last at the end."""
        with self._lock:
            return [(name, value) for name, values in self._named.items() for value in values]

    def look_around(self) -> None:
        """Learn from the environment, with what a `.env` has put there."""
        self._variables = len(os.environ)
        for name, value in of_environment(os.environ):
            self.learn(name, value)

    def _look_again(self) -> None:
        if len(os.environ) != self._variables:
            self.look_around()

    def meet(self, model: Any) -> None:
        """Learn from the fields of a model or a client: its keys, its headers, and where it is."""
        if self._met.get(id(model)) is model:
            return
        for name, value in of_object(model):
            self.learn(name, value)
        self._met[id(model)] = model

    def hide(self, text: str, guessed: Callable[[str], str]) -> str:
        """The text without secrets; `guessed` says what stands for one that has no name."""
        if self.is_harmless(text):
            return text
        for written, name, value, way in self._known:
            if written in text:
                text = text.replace(written, f"{MARK}{name}:{self._tag(name, value)}{way}]")

        def put(found: re.Match[str]) -> str:
            return found[1] + guessed(found[2])

        for form in FORMS:
            text = form.sub(put, text)
        while "=" in text and "://" in text and (more := QUERY.sub(put, text)) != text:
            text = more
        return text

    def is_harmless(self, text: str) -> bool:
        """Whether a look is enough to see that there is no secret in it."""
        self._look_again()
        return not (self._suspects or self._suspicion())(text)

    def _suspicion(self) -> Callable[[str], bool]:
        with self._lock:
            self._suspects = suspicion([text for text, *_ in self._known])
            return self._suspects

    def guess(self, text: str) -> str:
        """What stands for something that looks like a secret: the same for the same, in this process."""
        with self._lock:
            if text not in self._guessed:
                self._guessed[text] = f"?{token_hex(6)}"
                self._texts[self._guessed[text]] = text
            return f"{MARK}{self._guessed[text]}]"

    def put_back(self, inner: str) -> str | None:
        """What stood where `[secret:` + inner + `]` stands; None where it is not known here."""
        self._look_again()
        if inner.startswith("?"):
            return self._texts.get(inner)
        name, _, rest = inner.partition(":")
        tag, _, way = rest.partition("~")
        found = next((v for v in self._named.get(name, ()) if self._tag(name, v) == tag), None)
        return None if found is None else _written(found).get(f"~{way}" if way else "")

    def _tag(self, name: str, value: str) -> str:
        """Tells that a value is still the one that was hidden, and is slow to guess from."""
        if (name, value) not in self._tags:
            told = hashlib.pbkdf2_hmac("sha256", value.encode("utf-8", "replace"), f"llmdl {name}".encode(), _ROUNDS)
            self._tags[name, value] = told.hex()[:8]
        return self._tags[name, value]


def _written(value: str) -> dict[str, str]:
    """A value in the ways in which it is written: in JSON, as it is, in an address, in a page."""
    ways = {"": json.dumps(value, ensure_ascii=False)[1:-1], "~t": value, "~q": quote(value, safe="")}
    ways["~h"] = html.escape(value)
    return {way: text for n, (way, text) in enumerate(ways.items()) if text not in list(ways.values())[:n]}
