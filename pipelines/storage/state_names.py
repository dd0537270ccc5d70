"""Names in the state of a build that those know who must not load what reads it."""

BATCHES = "batches"
"""The folder of what a provider works on for teachers. Outside builds it stands beside the replies."""
