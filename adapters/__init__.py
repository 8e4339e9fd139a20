"""The only code that speaks S3, SMTP or connects to Temporal."""
