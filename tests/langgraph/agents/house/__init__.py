"""An agent whose prompts are put together where its graph is built, of texts that no node names."""
