"""Side effects of the application: seen, and refused until the user allows them."""
