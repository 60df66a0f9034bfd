"""What can happen to a quiz and to an attempt."""
