"""What an answer lets a browser do with it, and what the portal shows to nobody."""

import httpx
import pytest

from tests.support.portal.visiting import Visitor

EVIL = "https://evil.example"
ONE_OF_EACH = (
    "/estado",
    "/carta.pdf",
    "/nothing-here",
    "/salud",
    "/listo",
    "/static/activa.css",
    "/static/activa.js",
    "/static/mark.svg",
    "/api/docs",
    "/api/openapi.json",
    "/api/activations",
)


async def one_of_each(visitor: Visitor, **headers: str) -> list[httpx.Response]:
    """Return an answer of each kind: page, document, error, plain text, files, and the API's."""
    await visitor.download_letter()
    return [await visitor.client.get(path, headers=headers) for path in ONE_OF_EACH]


async def test_every_answer_forbids_plugins_other_bases_and_frames(visitor: Visitor) -> None:
    for answer in await one_of_each(visitor):
        directives = answer.headers["content-security-policy"].split("; ")
        wanted = {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
        assert wanted - set(directives) == set(), answer.request.url.path


async def test_every_text_names_its_characters(visitor: Visitor) -> None:
    for answer in await one_of_each(visitor):
        kind, _, rest = answer.headers["content-type"].partition(";")
        if kind.startswith("text/") or kind.endswith("xml"):
            assert rest.strip() == "charset=utf-8", answer.request.url.path


async def test_no_other_origin_may_read_an_answer(visitor: Visitor) -> None:
    preflight = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    answers = await one_of_each(visitor, Origin=EVIL)
    answers += [await visitor.client.options(path, headers=preflight) for path in ("/estado", "/static/activa.js")]
    for answer in answers:
        assert [name for name in answer.headers if name.startswith("access-control-")] == [], answer.request.url.path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", answer.request.url.path


async def test_what_was_sent_is_never_sent_back(visitor: Visitor) -> None:
    for path in ("/estado", "/static/activa.css", "/api/docs", "/salud", "/vivo"):
        answer = await visitor.client.request("TRACE", path, headers={"X-Secret": "a-secret-header"})
        assert answer.status_code in {404, 405}, path
        assert "a-secret-header" not in answer.text, path


@pytest.mark.parametrize(
    "path",
    [
        *("/static", "/static/", "/static/vendor", "/static/vendor/", "/static/%2e%2e/app.py", "/static/..%2fapp.py"),
        *("/docs", "/redoc", "/openapi.json", "/metrics", "/.git/config", "/.env", "/settings.py"),
    ],
)
async def test_neither_folders_nor_sources_nor_inner_pages_are_served(visitor: Visitor, path: str) -> None:
    assert (await visitor.client.get(path)).status_code in {307, 404}
    assert (await visitor.client.get(path, follow_redirects=True)).status_code == 404
