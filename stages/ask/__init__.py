"""The general step that asks a teacher: questions of one's own, with typed replies."""
