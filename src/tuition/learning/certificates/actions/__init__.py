"""What can happen to a certificate once it exists."""
