"""What can happen to a course."""
