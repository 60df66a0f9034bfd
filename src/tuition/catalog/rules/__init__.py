"""The catalogue's rules: pure functions and frozen values."""
