"""A build: units of work through Ray, what is left, what came of it."""
