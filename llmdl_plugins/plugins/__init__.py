"""Plugins: hooks, their manager, and the catalogue of what they offer; names and import strings only."""
