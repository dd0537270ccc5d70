"""What a build leaves on the disk, and how it is never half there."""
