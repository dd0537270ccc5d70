"""Stages whose samples a teacher writes, each with citations of the spans that it rests on."""
