"""What keeps the house safe: secrets at rest, limits of how often, keys against doing twice, a guard for outside addresses."""
