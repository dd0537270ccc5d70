"""Rooms in three dimensions: solids, cameras, and what can be asked of them and worked out."""
