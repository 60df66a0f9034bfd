"""What can happen to assignments and hand-ins."""
