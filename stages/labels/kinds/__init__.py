"""The kinds of labels: one file each."""
