"""The mails as documents: a notice and the profiles in, subject, text and HTML out. No SMTP, no Temporal."""
