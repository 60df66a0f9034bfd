"""What can happen to a wallet: opening, funding, spending, and filling itself."""
