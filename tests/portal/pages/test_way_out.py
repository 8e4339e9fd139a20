"""Whoever is logged in can leave from where they are."""

import pytest

from portal.auth.roles import Role
from tests.support.portal.visiting import Site, Visitor

WAY_OUT = '<form method="post" action="/salir">'
DESK = ("/soporte", "/soporte/casos", "/soporte/casos/{company}", "/soporte/casos/{company}/eventos", "/soporte/lotes")


async def test_every_page_of_a_representative_has_the_way_out(visitor: Visitor) -> None:
    await visitor.download_letter()
    for path in ("/", "/pago", "/comprar", "/representante", "/carta", "/estado", "/nothing-here"):
        answer = await visitor.client.get(path, follow_redirects=True)
        assert WAY_OUT in answer.text, path


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.READER])
async def test_every_page_of_the_desk_has_the_way_out(site: Site, visitor: Visitor, role: Role) -> None:
    async with site.visitor(visitor.case) as staff:
        await staff.enter(role=role, sub="ana.at.the.door")
        for path in (*DESK, "/soporte/casos/NOBODY", "/soporte/nothing-here"):
            answer = await staff.get(path.format(company=visitor.case.company_id))
            assert WAY_OUT in answer.text, path
