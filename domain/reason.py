"""Why something was not accepted, as it travels from whoever judged to the person."""

from typing import Annotated

from pydantic import StringConstraints

from domain.model import Model


class Reason(Model):
    """Why something was not accepted: a stable code, and what to do about it in Spanish for the person."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    message: Annotated[str, StringConstraints(max_length=400)]
