"""What opens its own transactions."""
