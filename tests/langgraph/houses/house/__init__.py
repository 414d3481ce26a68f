"""An agent whose prompts stand in files of four kinds."""
