"""What comes in: videos, manifests and labels, found and named."""
