"""What is told of a case: its status, its stage, its mails, its events. A view changes nothing."""
