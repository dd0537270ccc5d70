"""What can be done with a video file: decode it, measure its pictures, cut and join it. Imports schemas only."""
