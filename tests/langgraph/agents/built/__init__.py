"""An agent whose prompts are finished when its graph is built."""
