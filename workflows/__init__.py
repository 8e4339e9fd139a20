"""The procedure on Temporal."""
