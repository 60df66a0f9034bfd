"""What can happen to an enrollment."""
