"""What lies on the disk while a build runs: parts, locks, caches; each is whole or absent."""
