"""Containers: ways to connect layers, one file each."""
