"""Many vectors at once: neighbours, clusters and choices that are the same on every machine."""
