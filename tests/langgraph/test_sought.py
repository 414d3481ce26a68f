"""What the application looks for stays as it is, and so do documents and tables; what stands beside them does not."""

from __future__ import annotations

from .conftest import Agent
from .test_frozen import network

ASKED = {"asked": "Which tea is left?"}


def test_what_code_looks_for_is_frozen_and_says_where(agent: Agent) -> None:
    found = network(agent("sections"), probes=[ASKED]).named_parameters()
    trained = {one.default for one in found.values() if one.kind == "text" and one.trainable}
    assert any("nothing else" in text for text in trained)
    assert any("query over these tables" in text for text in trained)
    assert not any(words in text for text in trained for words in ("Notes of", "CREATE TABLE", "picked by hand"))
    [why] = [one.frozen_because for one in found.values() if "kitchen" in str(one.default)]
    assert why == "sections.py, line 39 looks for this text: an edit would make it look in vain"
