"""What one person of support may do alone, and what a second one must confirm.

Whoever has taken over one person's session, or means harm, can then do a bounded harm.
"""

from domain.messages.models import (
    ActivationClosed,
    CertificateIssued,
    CertificateWithdrawn,
    Decision,
    LetterReviewed,
    LoanRevoked,
    Message,
    PaymentConfirmed,
)


def weighs(message: Message) -> bool:
    """Tell whether a message moves money, gives or takes a certificate, or ends something."""
    if isinstance(message, LetterReviewed):
        return message.decision is Decision.ACCEPT
    kinds = (PaymentConfirmed, CertificateIssued, CertificateWithdrawn)
    return isinstance(message, kinds) or ends(message)


def ends(message: Message) -> bool:
    """Tell whether a message closes a case or takes a loan back."""
    return isinstance(message, ActivationClosed | LoanRevoked)
