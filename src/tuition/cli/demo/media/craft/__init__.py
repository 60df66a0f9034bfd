"""The tools everything here is made with: a canvas, an encoder, a synthesiser and a typesetter."""
