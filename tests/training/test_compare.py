"""Scores of an application on given rows with another model."""

from __future__ import annotations

import pytest

from llmdl_plugins import Prompt, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.compare import transferred


def test_an_application_without_nodes_says_that_its_model_can_not_be_chosen() -> None:
    net = trainable(Prompt(ScriptedChat([]), "Answer.", "question", "answer"))
    with pytest.raises(MisuseError, match="no nodes whose model"):
        transferred(net, ScriptedChat([]))
