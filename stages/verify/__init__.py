"""Checks of samples and captions: by rule, and by asking a teacher."""
