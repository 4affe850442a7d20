"""Stand-ins of services that verify mailboxes: their documented answers, their errors, their worst days."""

import asyncio
from types import TracebackType
from typing import Any, Self

from aiohttp import web

KEY = "key-1"
HUGE = 10 * 1024 * 1024

REACHER: dict[str, Any] = {
    "input": "jo@b.example", "is_reachable": "safe", "misc": {"is_disposable": False, "is_role_account": False},
    "mx": {"accepts_mail": True, "records": ["mx.b.example."]},
    "smtp": {"can_connect_smtp": True, "has_full_inbox": False, "is_catch_all": False, "is_deliverable": True,
             "is_disabled": False},
    "syntax": {"is_valid_syntax": True},
}  # fmt: skip
ZEROBOUNCE: dict[str, Any] = {
    "address": "jo@b.example", "status": "valid", "sub_status": "", "free_email": False, "did_you_mean": None,
    "mx_found": "true",
}  # fmt: skip
KICKBOX: dict[str, Any] = {
    "result": "deliverable", "reason": "accepted_email", "role": False, "free": False, "disposable": False,
    "accept_all": False, "did_you_mean": None, "sendex": 0.9, "email": "jo@b.example", "success": True,
}  # fmt: skip


class VerificationStandIn:
    """
    One service. *answers* by path are given as JSON; *status*, *headers*, *body* and *hangs* override them.

    *asked* are the requests that came: method, path, query, JSON body and secret header.
    """

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self.answers = answers
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes | None = None
        self.hangs = False
        self.asked: list[dict[str, Any]] = []
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({
            "method": request.method, "path": request.path, "query": dict(request.query),
            "json": await request.json() if request.can_read_body else None,
            "secret": request.headers.get("x-reacher-secret"),
        })  # fmt: skip
        if self.hangs:
            await asyncio.Event().wait()
        if self.body is not None:
            return web.Response(body=self.body, headers=self.headers)
        if self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        answer = self.answers.get(request.path)
        return web.json_response(answer) if answer is not None else web.Response(status=404)
