"""Opening a video file and reading its frames and sound, in a child process that may crash without harm."""
