"""`make check-deploy`: what is handed to a platform team is fit to be used, as the tools that read it say."""
