"""What the desk's pages are given, put together once by `portal.app` and found again at each request."""

from typing import Annotated, cast

from fastapi import Depends, Request

from portal.cases.desk import Desk


def _of(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


AtDesk = Annotated[Desk, Depends(_of)]
