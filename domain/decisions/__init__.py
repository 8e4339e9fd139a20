"""What each message changes. A decision is a pure function: case, message and now in, new case out."""

from domain.decisions.admission import admit, reject

__all__ = ["admit", "reject"]
