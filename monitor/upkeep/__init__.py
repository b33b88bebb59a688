"""What the monitor knows of its own condition."""
