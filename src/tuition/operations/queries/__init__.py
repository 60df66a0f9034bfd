"""Reads across rooms, for those who watch over them."""
