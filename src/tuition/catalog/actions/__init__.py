"""What can happen in the catalogue."""
