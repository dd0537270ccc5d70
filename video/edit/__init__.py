"""Cutting, joining and rendering video: only what an edit touches is encoded again."""
