"""What people can do here."""
