"""The rules of access: pure functions and frozen values."""
