"""Running a build: units of work through Ray, what remains to be done, and what failed before."""
