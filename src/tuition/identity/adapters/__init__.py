"""How identity reaches what is outside: other providers of sign-in."""
