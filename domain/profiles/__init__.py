"""Who the company and its representative are, and how what people type about them is read."""
