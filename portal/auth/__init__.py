"""Who somebody is: tokens that the lender or its backend signs, and the session of a browser."""
