"""Stages in which a teacher puts into words what can be seen."""
