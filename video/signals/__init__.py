"""The table of signals that one decoding pass leaves, and arithmetic on it."""
