"""Reading YAML: line numbers, variables of the environment, secrets, and complaints in plain words."""
