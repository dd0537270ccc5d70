"""One file a format; each docstring names who reads it, and where its field names come from."""
