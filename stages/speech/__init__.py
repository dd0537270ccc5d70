"""What is said in a video."""
