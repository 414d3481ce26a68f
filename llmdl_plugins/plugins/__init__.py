"""Plugins: hooks, their manager, and the catalogue of what they offer; names and import strings only.

What can a plugin do: `hookspecs`, each hook; `kinds`, all of them at a glance; `spec`, what one of them returns.
Which are there: `installed`, by entry points and `LLMDL_PLUGINS`; `files`, one that the user names; `plugin`, what is
known of one.  How do they come in: `loading`, one is imported and looked at; `manager`, all of them, once a process.
What stands under a name: `catalogue`, and in it `builtin`, what this package offers itself.

Where nothing is to be loaded here: `declared`, commands read from source for `llmdl --help`; `probe`, a look from a
process of its own.  What `llmdl plugins list` tells is in `listing`, what `check` looks at first in `structure`; then
come the promises of each kind, `llmdl_plugins.testing.conformance`.
"""

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.manager import load_file
from llmdl_plugins.plugins.spec import Spec

__all__ = ["Spec", "hookimpl", "load_file"]
