"""The kinds of needles: one file each, named as in YAML."""
