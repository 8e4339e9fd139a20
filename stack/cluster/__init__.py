"""A whole Temporal cluster on this machine: the server's four services as processes of their own, on PostgreSQL."""
