"""What can happen to playing: it begins, is reported, and ends."""
