"""Putting into words what can be seen, by a teacher."""
