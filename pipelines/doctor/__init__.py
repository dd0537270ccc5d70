"""Whether what lies in a folder is sound."""
