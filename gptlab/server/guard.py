"""Who may ask: this machine's own names, whoever knows the token, bodies neither too large nor too slow."""

import asyncio
import hmac
import ipaddress
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request

from gptlab.server.answers import Receive, Send, error_response
from gptlab.server.errors import (
    ApiError,
    BodyTooLarge,
    BodyTooSlow,
    Forbidden,
    NotJson,
    Unauthorized,
)
from gptlab.server.fields import quote
from gptlab.server.limits import Limits

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
OPEN_PATHS = ("/health",)
STILL_READ = (
    16  # times the limit: a client that has sent a body of that size hears why it was refused
)


class Guard:
    """Lets a request through to the application, or answers it with an error.

    token       what clients send as `Authorization: Bearer …`
    local_only  also refuse what is asked under another name than this machine's own. A page in a browser can make its
                own name lead to 127.0.0.1 (DNS rebinding), but the browser then says that name.
    """

    def __init__(self, app: Any, token: str, local_only: bool) -> None:
        self.app = app
        self.token = token.encode()
        self.local_only = local_only

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._check(scope["path"], Headers(scope=scope))
            except ApiError as error:
                await error_response(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, path: str, headers: Headers) -> None:
        if self.local_only and not is_local(headers.get("host", "")):
            raise Forbidden(
                f"this server answers to {', '.join(LOCAL_NAMES)} alone, not to "
                f"{quote(headers.get('host', ''))}",
                code="host_not_allowed",
            )
        if path not in OPEN_PATHS and not self._knows_token(headers.get("authorization", "")):
            raise Unauthorized(
                "the token is missing or wrong: send the header 'Authorization: Bearer TOKEN' with "
                "the one that the server printed when it started",
                www_authenticate="Bearer",
            )

    def _knows_token(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        known = hmac.compare_digest(
            given.strip().encode(), self.token
        )  # takes as long for any token
        return known and scheme.lower() == "bearer"


def is_local(host: str) -> bool:
    """Whether a Host header names this machine itself, with any port."""
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        return ipaddress.IPv4Address(name).is_loopback
    except ValueError:
        return False


async def read_body(request: Request, limits: Limits) -> bytes:
    """A request's body, which must say that it is JSON.

    Raises NotJson, BodyTooLarge, BodyTooSlow, and ClientDisconnect when nobody is there any more.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson("send JSON, with the header 'Content-Type: application/json'")
    try:
        async with asyncio.timeout(limits.body_s):
            return await _read_at_most(request, limits.body_kb * 1024)
    except TimeoutError:
        raise BodyTooSlow(
            f"the body did not arrive within {limits.body_s:g} seconds", connection="close"
        ) from None


async def _read_at_most(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            parts.append(part)
        else:
            parts.clear()
        if size > STILL_READ * most:
            break
    if size > most:
        raise BodyTooLarge(
            f"the body has more than {most:,} bytes, which is the most that is read",
            connection="close",
        )
    return b"".join(parts)
