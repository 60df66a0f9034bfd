"""What can happen to an order."""
