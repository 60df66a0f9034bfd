"""What can happen to money that we ask for."""
