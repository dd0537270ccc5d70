"""Reading labels that a user already has into lanes."""
