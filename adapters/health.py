"""``/metrics``, ``/healthz`` and ``/readyz``: whether the process lives, and whether every platform is connected."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from adapters.desk import Desk
from adapters.metrics import CONTENT_TYPE, Metrics


@asynccontextmanager
async def served(desks: Sequence[Desk], metrics: Metrics, host: str, port: int) -> AsyncIterator[int]:
    """
    Serve the three pages while the block runs.

    Yields:
        The port, which is a free one where 0 was asked for.

    Raises:
        OSError: the port is taken.
    """

    async def counted(_: web.Request) -> web.Response:
        for desk in desks:
            await desk.is_ready()
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        states = {desk.platform: await desk.is_ready() for desk in desks}
        return web.json_response(states, status=200 if all(states.values()) else 503)

    app = web.Application()
    app.add_routes([web.get("/metrics", counted), web.get("/healthz", alive), web.get("/readyz", ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
