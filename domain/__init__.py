"""The rules of an activation as pure functions and frozen models.

No input or output, no clock (`now` is always an argument), no Temporal: the same call gives the same answer
for ever, which is what lets a procedure be replayed years later.
"""
