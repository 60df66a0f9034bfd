"""What people do about their accounts: joining, addresses, passwords, profiles, and what the owner does about people."""
