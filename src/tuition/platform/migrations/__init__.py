"""The schema's history, in the order in which it happened."""
