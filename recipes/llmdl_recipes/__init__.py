"""Architectures on top of the application that the user already has, one file each."""
