"""One file each: what a recipe puts around a node, when that helps, and what it costs."""
