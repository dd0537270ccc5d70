"""The checks of verify: one file a check, named as in YAML."""
