"""The representative's web pages, the support desk and the billing API: other ways to the same cases."""
