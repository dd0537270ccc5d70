"""A user's own code as a step: a file is parsed where a config is checked, and run where videos are."""
