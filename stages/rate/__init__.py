"""Scores that models and arithmetic give to stretches of video."""
