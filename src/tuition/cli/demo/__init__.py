"""The demonstration: a small school with real material, people of every role, and a month behind it."""
