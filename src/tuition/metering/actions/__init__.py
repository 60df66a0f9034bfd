"""What can happen to a meter: a session begins, is charged, and is settled."""
