"""The project's own drawings, by name."""
