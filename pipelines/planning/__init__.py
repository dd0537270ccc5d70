"""The route of a build: stages, lanes, passes, and what it will cost."""
