"""A config: read, checked, and said what is wrong with."""
