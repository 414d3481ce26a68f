"""What a provider of models promises; where langchain-tests is installed, its unit tests are among it."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from langchain_core.language_models import BaseChatModel

from llmdl_plugins.door.asked import described
from llmdl_plugins.testing.conformance.case import Case

if TYPE_CHECKING or find_spec("langchain_tests") is None:
    _Standard = object
else:
    from langchain_tests.unit_tests import ChatModelUnitTests as _Standard


class ModelCases(Case, _Standard):
    """Give `model_name`, what stands after `provider:`; nothing is sent."""

    kind = "models"
    model_name: str = "large"

    def made(self, name: str = "") -> BaseChatModel:
        """The model with this name."""
        return self.target(name or self.model_name)  # type: ignore[no-any-return]

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        """What langchain-tests makes models of."""
        return type(self.made())

    @property
    def chat_model_params(self) -> dict[str, Any]:
        """What it makes them with: the fields that the provider has set."""
        made = self.made()
        return {name: getattr(made, name) for name in made.model_fields_set}

    @pytest.fixture
    def model(self, request: Any) -> BaseChatModel:
        """The model that langchain-tests looks at."""
        return self.made()

    def test_it_gives_a_chat_model(self) -> None:
        """`provider:name` gives a LangChain chat model."""
        made = self.made()
        assert isinstance(made, BaseChatModel), f"it gives a {type(made).__name__}, not a BaseChatModel"

    def test_making_it_sends_nothing(self) -> None:
        """A model is made without a connection: that is for the first call, which is counted."""

        def refused(*given: Any, **named: Any) -> Any:
            raise AssertionError("making it opens a connection")

        with mock.patch.object(socket.socket, "connect", refused), mock.patch.object(socket, "getaddrinfo", refused):
            self.made()

    def test_a_name_is_one_model(self) -> None:
        """Made twice by one name it has the same settings, so that answers that were paid for are found again."""
        one, other = described(self.made()), described(self.made())
        assert one == other, f"it is described as {one}, and then as {other}"

    def test_two_names_are_two_models(self) -> None:
        """Another name has other settings: else one model would be given the answers of another."""
        one, other = described(self.made()), described(self.made("another-name"))
        assert one != other, f"both are described as {one}: name every setting in `_identifying_params`"
