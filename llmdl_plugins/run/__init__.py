"""A run: what it may spend, what it paid for, and the one service that evaluates candidates."""
