"""Second proofs and passkeys: setting them up, giving them, and the ten minutes in which one counts as fresh."""
