"""The local stack: every server the product needs, on loopback, and the demonstration."""
