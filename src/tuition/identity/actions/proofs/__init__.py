"""The means of proof: hashed passwords, mailed secrets, counted failures."""
