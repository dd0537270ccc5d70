"""From lanes to training samples."""
