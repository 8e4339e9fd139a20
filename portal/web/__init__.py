"""What every page shares: templates, headers, limits, and what a person sees when something can't be done."""
