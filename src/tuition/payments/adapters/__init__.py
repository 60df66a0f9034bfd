"""One folder or file per provider."""
