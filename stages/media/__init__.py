"""Stages that look at a video file: probe, scan, and arithmetic on the scan."""
