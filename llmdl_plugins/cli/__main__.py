"""`python -m llmdl_plugins.cli` is `llmdl`."""

from llmdl_plugins.cli import main

main()
