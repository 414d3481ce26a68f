"""Secrets: what they look like, which ones this process knows, and how they are kept out of files and screens."""
