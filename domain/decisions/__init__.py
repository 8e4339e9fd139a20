"""What changes a case: a message, a step's result, time. Each is a pure function of the case and of `now`."""

from domain.decisions.admission import admit, reject

__all__ = ["admit", "reject"]
