"""From a handler to a page: what surrounds it, what protects it, what it says when something goes wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from tuition.kernel import Currency, Money, new_id
from tuition.web.rendering import Shell, Site, StaticAssets, Viewer, asset, render_problem, see_other
from tuition.web.rendering.assets import DIST
from tuition.web.site import appearance, covers
from tuition.web.site.appearance import local_path

STOREFRONT_BYTES_MAX = 150_000


def small_site(shell: Shell) -> FastAPI:
    """The guide, the covers, the problems and the static files, without a database."""
    app = FastAPI()
    app.state.runtime = None  # these pages ask it for nothing
    app.include_router(appearance.router)
    app.include_router(covers.router)
    app.mount("/static", StaticAssets())

    @app.middleware("http")
    async def surround(request: Request, call_next: object) -> Response:
        request.state.shell = shell
        return await call_next(request)  # type: ignore[operator, no-any-return] # Starlette's own callable

    @app.get("/problem/{status}")
    async def problem(request: Request, status: int, detail: str = "", code: str = "") -> Response:
        return render_problem(request, status, detail=detail, code=code)

    @app.post("/save")
    async def save(request: Request, to: str = "/styleguide") -> Response:
        return see_other(request, to, say="حُفظ “it”; done.")

    return app


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    viewer = Viewer(new_id(), "Noor <b>Haddad</b>", may=frozenset({"studio"}))
    shell = Shell(site=Site(is_demo=True), viewer=viewer, balance=Money(1240, Currency("EUR")), unread=3)
    transport = httpx.ASGITransport(app=small_site(shell))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_the_guide_shows_every_component_with_the_person_s_balance(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/styleguide")
    assert page.status_code == 200
    assert "€12.40" in page.text
    assert "Noor &lt;b&gt;Haddad" in page.text


async def test_the_guide_is_not_on_a_real_site() -> None:
    transport = httpx.ASGITransport(app=small_site(Shell()))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/styleguide")).status_code == 404


async def test_a_page_has_nothing_inline_that_its_policy_would_refuse(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/styleguide")
    policy = page.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert f'<style nonce="{nonce[1]}">' in page.text
    assert "unsafe" not in policy
    assert not re.search(r'\son\w+="|\sstyle="|<script(?![^>]*src=)|javascript:', page.text)


async def test_every_page_has_its_own_nonce(browser: httpx.AsyncClient) -> None:
    policies = {(await browser.get("/problem/404")).headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


async def test_a_reader_of_arabic_gets_a_page_from_right_to_left(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/problem/404", headers={"accept-language": "ar-EG"})
    assert '<html lang="ar" dir="rtl"' in page.text
    assert "لا شيء هنا" in page.text


async def test_a_chosen_theme_is_in_the_first_byte_of_the_page(browser: httpx.AsyncClient) -> None:
    assert "data-theme" not in (await browser.get("/problem/404")).text.split("<head>")[0]
    answer = await browser.post("/preferences", data={"theme": "dark", "next": "/problem/404"})
    assert answer.status_code == 303
    assert 'data-theme="dark"' in (await browser.get("/problem/404")).text.split("<head>")[0]
    await browser.post("/preferences", data={"theme": "system"})
    assert "data-theme" not in (await browser.get("/problem/404")).text.split("<head>")[0]


async def test_a_chosen_language_stays(browser: httpx.AsyncClient) -> None:
    await browser.post("/preferences", data={"language": "ar", "next": "/styleguide"})
    assert 'lang="ar"' in (await browser.get("/problem/404", headers={"accept-language": "en"})).text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
        "/a\r\nSet-Cookie: x",
    ],
)
def test_nobody_is_sent_to_another_site(address: str) -> None:
    assert local_path(address) == "/"


async def test_a_message_is_shown_once_after_the_form(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/save")
    assert answer.status_code == 303
    assert "حُفظ “it”; done." in (await browser.get("/styleguide")).text
    assert "حُفظ" not in (await browser.get("/styleguide")).text


async def test_htmx_is_told_where_to_go_instead_of_redirected(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/save", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/styleguide")
    answer = await browser.post("/save", params={"to": "/c/تنفس?a=1"}, headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/c/%D8%AA%D9%86%D9%81%D8%B3?a=1"


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 409, 410, 413, 418, 422, 429, 500, 503])
async def test_every_problem_has_a_sentence_and_a_next_step(browser: httpx.AsyncClient, status: int) -> None:
    page = await browser.get(f"/problem/{status}")
    assert page.status_code == status
    assert "<h1>" in page.text
    assert 'class="btn' in page.text
    fragment = await browser.get(f"/problem/{status}", headers={"hx-request": "true"})
    assert "<html" not in fragment.text


async def test_a_static_file_with_a_hash_is_kept_for_ever_and_sent_compressed(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(asset("app.css"), headers={"accept-encoding": "gzip, br"})
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"].startswith("text/css")
    plain = await browser.get(asset("app.css"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../rendering/page.py",
        "/static/%2e%2e/appearance.py",
        "/static/dist",
        "/static/nothing.css",
        "/static//etc/passwd",
    ],
)
async def test_nothing_but_the_static_files_is_served(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_the_first_page_stays_small(browser: httpx.AsyncClient) -> None:
    fonts = ("inter-latin-wght-normal.woff2", "source-serif-4-latin-400-normal.woff2", "source-serif-4-latin-600-normal.woff2")
    files = [DIST / asset(name).rsplit("/", 1)[1] for name in fonts]
    files += [DIST / (asset(name).rsplit("/", 1)[1] + ".br") for name in ("app.css", "app.js")]
    assert sum(path.stat().st_size for path in files) < STOREFRONT_BYTES_MAX


async def test_a_cover_is_an_image_that_never_changes(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/covers/{new_id()}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "immutable" in answer.headers["cache-control"]
    assert (await browser.get("/covers/not-an-id.svg")).status_code == 422


async def test_what_the_edge_says_to_programs_is_not_shown_to_people(browser: httpx.AsyncClient) -> None:
    asked = {"detail": "query.cursor: Field required", "code": "edge.input_invalid"}
    page = await browser.get("/problem/404", params=asked, headers={"accept-language": "ar"})
    assert "Field required" not in page.text
    assert "ربما كان العنوان قديمًا" in page.text
