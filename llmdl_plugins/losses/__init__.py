"""Losses: one file each; every loss gives a number and words."""
