"""Haystacks: videos made of other videos, with needles hidden in them and questions whose answers are known."""
