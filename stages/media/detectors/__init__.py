"""The shot detectors: one file each."""
