"""Messages rendered to their final bytes, when they are queued."""
