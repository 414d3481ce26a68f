"""One plugin of each kind, each on a page."""
