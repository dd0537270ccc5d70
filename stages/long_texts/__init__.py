"""Stages that make of long texts what can be seen or read: pages on a timeline, and texts put together."""
