"""What takes its time."""
