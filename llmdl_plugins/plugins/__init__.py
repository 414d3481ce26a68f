"""Plugins: hooks, their manager, and the catalogue of what they offer; names and import strings only."""

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.manager import load_file
from llmdl_plugins.plugins.spec import Spec

__all__ = ["Spec", "hookimpl", "load_file"]
