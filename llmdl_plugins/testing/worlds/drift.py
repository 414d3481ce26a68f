"""The world `drift`: nothing can be learned, and the model gets better by itself as calls go by."""

from __future__ import annotations

import math

from llmdl_plugins.testing.skills import NullWorld

_HALF_TIME = 300
_WAVE = 90


class DriftWorld(NullWorld):
    """Right with probability 0.5 on the whole, less in early calls and more in late ones, with waves on top."""

    def tide(self, clock: int) -> float:
        rise = 2 * clock / (clock + _HALF_TIME) - 1
        return self.settings.swing * (0.8 * rise + 0.2 * math.sin(clock / _WAVE))
