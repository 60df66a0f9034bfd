"""What can happen to packages."""
