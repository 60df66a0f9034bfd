"""What can happen to a meter: a session begins, and is charged."""
