"""What may be sent to a case, and how raw input becomes one of these."""
