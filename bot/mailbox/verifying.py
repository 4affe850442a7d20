"""Ask a verification service for a mailbox: one request to the configured host, and never more than it says."""

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from bot.mailbox.facts import Missing, Verification
from bot.mailbox.resolving import bounded
from knowledge.schema import Mark, Verifier

MAX_ANSWER = 262_144
"""Bytes of an answer that are read."""

REFUSALS = {401: "unauthorised", 402: "no-credit", 403: "unauthorised", 429: "rate-limited"}
NOT_FOUND = 404


async def verify(
    address: str, verifier: Verifier, client: httpx.AsyncClient, base: str, key: str | None
) -> Verification | Missing:
    """
    Ask whether a mailbox exists.

    Args:
        client: redirects off, time limits set.
        base: the service's address; *key* what it knows us by.
    """
    answer: bytes | Missing = Missing("unavailable")
    for path in verifier.paths:
        try:
            found = await _asked(base.rstrip("/") + path, address, verifier, client, key)
        except httpx.TimeoutException:
            return Missing("timeout")
        except httpx.HTTPError:
            return Missing("network")
        if found is not None:
            answer = found
            break
    if isinstance(answer, Missing):
        return answer
    try:
        told = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Missing("malformed")
    return _read(told, verifier)


async def _asked(
    url: str, address: str, verifier: Verifier, client: httpx.AsyncClient, key: str | None
) -> bytes | Missing | None:
    """The body of an answer; None where there is no such path."""
    given = {verifier.key: key} if key else {}
    headers = given if verifier.key_in == "header" else {}
    query = given if verifier.key_in == "query" else {}
    if verifier.body:
        request = client.stream("POST", url, json={verifier.address: address}, headers=headers, params=query)
    else:
        request = client.stream("GET", url, headers=headers, params={**query, verifier.address: address})
    async with request as response:
        if response.status_code == NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            return _refusal(response)
        return await bounded(response, MAX_ANSWER)


def _refusal(response: httpx.Response) -> Missing:
    wait = response.headers.get("Retry-After", "")
    seconds = int(wait) if wait.isascii() and wait.isdigit() else None
    return Missing(REFUSALS.get(response.status_code, "unavailable"), seconds)  # type: ignore[arg-type]  # all of them are


def _read(told: Any, verifier: Verifier) -> Verification | Missing:
    if not isinstance(told, dict):
        return Missing("malformed")
    if verifier.error and _at(told, verifier.error):
        return Missing("unauthorised")
    verdict = next(_holding(told, verifier.verdicts), None)
    if verdict is None:
        known = any(_at(told, mark.path) is not None for mark in verifier.verdicts)
        return Verification(verifier.name, "unknown") if known else Missing("malformed")
    reply = _at(told, verifier.reply) if verifier.reply else None
    return Verification(
        verifier.name,
        verdict,  # type: ignore[arg-type]  # the marks of verdicts name nothing else
        tuple(dict.fromkeys(_holding(told, verifier.flags))),  # type: ignore[arg-type]  # the marks of flags likewise
        reply if isinstance(reply, str) and reply.strip() else None,
    )


def _holding(told: dict[str, Any], marks: tuple[Mark, ...]) -> Iterator[str]:
    for mark in marks:
        value = _at(told, mark.path)
        text = str(value).lower() if isinstance(value, bool) else value
        if text in mark.values:
            yield mark.means


def _at(told: Any, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told
