"""Samples that a teacher writes, each resting on spans that it cites."""
