"""The worlds, one a file."""
