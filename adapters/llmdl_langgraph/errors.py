"""What this adapter refuses, beside the errors of the core."""

from __future__ import annotations

from llmdl_plugins.errors import MisuseError


class CannotExportError(MisuseError):
    """A text can't be written at its place in the source; nothing was written."""
