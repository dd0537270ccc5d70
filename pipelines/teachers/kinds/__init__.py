"""The kinds of teachers: one file each."""
