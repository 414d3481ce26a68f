"""The way home: new texts in the user's source, and what runs without this package."""
