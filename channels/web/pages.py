"""The pages: chat, how complaints are handled, and the same dialogue without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader
from starlette.responses import HTMLResponse, Response

from bot.languages import FALLBACK, Language
from channels.web.forms import Filled, Problem, read_form
from channels.web.plain import Plain, Shown
from channels.web.site import Site

Rights = Callable[[Language], Sequence[tuple[str, str, str]]]
"""What is told about complaints here: of each section an id, its title and its text."""


class Pages:
    """Server-rendered, one question per page; everything that people read comes from texts."""

    def __init__(self, site: Site, rights: Rights) -> None:
        self._site = site
        self._rights = rights
        self._plain = Plain(site)
        self._templates = Environment(loader=PackageLoader("channels.web"), autoescape=True)

    def router(self) -> APIRouter:
        """The routes; no part of the API."""
        router = APIRouter(include_in_schema=False)
        add = partial(router.add_api_route, response_model=None)
        add("/", self.chat, methods=["GET", "HEAD"])
        add("/rights", self.rights, methods=["GET", "HEAD"])
        add("/complain", self.complain, methods=["GET"])
        add("/status", self.status, methods=["GET", "HEAD"])
        add("/complain", self.answer, methods=["POST"])
        add("/status", self.look_up, methods=["POST"])
        return router

    async def chat(self, request: Request) -> Response:
        """The chat."""
        return self._page("chat.html", self._wished(request))

    async def rights(self, request: Request) -> Response:
        """How complaints are handled (ISO 10002:2018, 7.1)."""
        language = self._wished(request)
        return self._page("rights.html", language, sections=self._sections(language))

    async def complain(self, request: Request) -> Response:
        """The form's first page, in a conversation of its own."""
        language = self._wished(request)
        shown = await self._plain.begin(request, language.code)
        return self._turn("form.html", language, shown)

    async def status(self, request: Request) -> Response:
        """Asks for reference and private code."""
        reference = request.query_params.get("reference", "")[:50]
        return self._ask_reference(self._wished(request), reference)

    async def answer(self, request: Request) -> Response:
        """Takes what was filled in and shows the next question."""
        async with read_form(request, self._site.settings.max_attachments) as filled:
            return await self._taken("form.html", request, filled)

    async def look_up(self, request: Request) -> Response:
        """Looks a complaint up, or goes on in the conversation that did."""
        async with read_form(request, self._site.settings.max_attachments) as filled:
            if filled.token:
                return await self._taken("status.html", request, filled)
            language = self._wished(request)
            if not filled.reference:
                wrong = Problem("reference", "page.reference_missing")
                return self._ask_reference(language, "", wrong)
            shown = await self._plain.look_up(request, filled, language.code)
            return self._turn("status.html", language, shown)

    async def _taken(self, template: str, request: Request, filled: Filled) -> Response:
        shown = await self._plain.take(request, filled, self._wished(request).code)
        return self._turn(template, self._site.language(shown.language), shown)

    def _turn(self, template: str, language: Language, shown: Shown) -> Response:
        errors = self._problems(shown.problems, language)
        response = self._page(
            template,
            language,
            errors=errors,
            token=shown.token,
            id=shown.id,
            text=shown.text,
            ask=shown.ask,
            earlier=shown.earlier,
            latest=shown.latest,
        )
        if shown.retry_after:
            response.status_code = 429
            response.headers["Retry-After"] = str(shown.retry_after)
        return response

    def _ask_reference(self, language: Language, reference: str, *problems: Problem) -> Response:
        errors = self._problems(problems, language)
        return self._page(
            "status.html", language, reference=reference, errors=errors, id="", latest=[]
        )

    def _page(self, template: str, language: Language, **values: Any) -> Response:
        common = {
            "language": language.code,
            "dir": language.direction,
            "organisation": self._site.settings.organisation,
            "t": partial(self._text, language),
        }
        return HTMLResponse(self._templates.get_template(template).render(common | values))

    def _wished(self, request: Request) -> Language:
        wishes = (request.query_params.get("language", ""), *_accepted(request))
        return self._site.language(next(filter(self._site.known, wishes), None))

    def _sections(self, language: Language) -> list[dict[str, Any]]:
        return [
            {"id": id_, "title": title, "paragraphs": text.split("\n\n")}
            for id_, title, text in self._rights(language)
        ]

    def _problems(self, problems: Sequence[Problem], language: Language) -> list[Mapping[str, str]]:
        return [
            {"field": problem.field, "text": self._text(language, problem.key)}
            for problem in problems
        ]

    def _text(self, language: Language, key: str, **values: object) -> str:
        organisation = {"organisation": self._site.settings.organisation}
        if not language.shows_keys and not language.has(key):
            language = self._site.languages[FALLBACK]
        if not language.has(key):
            return key
        filled = {name: str(value) for name, value in values.items()}
        return language.text(key, filled if language.shows_keys else organisation | filled)


def _accepted(request: Request) -> Iterator[str]:
    """The languages that a browser accepts, the best first."""
    weighted = []
    for one in request.headers.get("accept-language", "").split(",")[:20]:
        language, _, weight = one.partition(";q=")
        weighted.append((-_number(weight), language))
    return (language for _, language in sorted(weighted, key=lambda pair: pair[0]))


def _number(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0
