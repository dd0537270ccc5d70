"""The detectors of objects: one file each."""
