"""Names in the state of a build that those know who must not load what reads it."""

INPUTS = "inputs"
"""The folder of the inputs of units of the first pass, while a build goes on."""
BATCHES = "batches"
"""The folder of what a provider works on for teachers. Outside builds it stands beside the replies."""
