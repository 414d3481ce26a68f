"""An agent that reasons, looks into the archive, and names a desk."""
