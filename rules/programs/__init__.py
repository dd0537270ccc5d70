"""Questions that are small programs over what is known of a video: facts, operations, and the trace of a run."""
