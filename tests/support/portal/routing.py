"""Every route of the portal, and whom it admits."""

from collections.abc import Iterator

from fastapi.routing import APIRoute
from starlette.routing import Mount

from portal.auth import session
from portal.auth.roles import Role
from tests.support.portal.visiting import Site

FOREIGN_UPLOAD = "f" * 32
NO_BATCH = f"desk-{'0' * 32}"
ADMITTING = {
    session.representative: {Role.REPRESENTATIVE},
    session.staff: {Role.SUPPORT, Role.READER},
    session.support: {Role.SUPPORT},
}


def routes(site: Site) -> Iterator[tuple[str, str, APIRoute]]:
    """Return every route of the application: its static files, and those of the routers that it includes."""
    for route in site.app.routes:
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        for each in route.original_router.routes:
            for method in sorted(each.methods):
                yield method, each.path, each


def roles_of(route: APIRoute) -> set[Role]:
    """Return the roles that every dependency of a route admits; empty when none asks for one."""
    pending, found = [route.dependant], set(Role)
    asked = False
    while pending:
        each = pending.pop()
        pending += each.dependencies
        if each.call in ADMITTING:
            asked, found = True, found & ADMITTING[each.call]
    return found if asked else set()


def filled(path: str) -> str:
    return (
        path.replace("{upload_id}", FOREIGN_UPLOAD)
        .replace("{company_id}", "C1")
        .replace("{key}", "pago")
        .replace("{job_id}", NO_BATCH)
    )
