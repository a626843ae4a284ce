"""The application: which path does what, and how every error becomes OpenAI's error object."""

import contextlib
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gptlab.server.answers import CLIENT_GONE, Answer, EventStream, error_response, json_response
from gptlab.server.asks import Ask, read_chat, read_completion
from gptlab.server.errors import ApiError, BadRequest, MethodNotAllowed, NotFound
from gptlab.server.fields import parse_object, quote
from gptlab.server.formats import ChatFormat, CompletionFormat, Format
from gptlab.server.guard import Guard, read_body
from gptlab.server.limits import Limits
from gptlab.server.models import Models

Read = Callable[[dict, Models, Limits], Ask]


class Application:
    """The endpoints over some models.

    Nothing in a request names a file or is run: a model's name is looked up in the table, and the template of a
    conversation is the course's own.
    """

    def __init__(self, models: Models, limits: Limits, token: str, local_only: bool = True) -> None:
        self.models = models
        self.limits = limits
        routes = [
            Route("/health", self.health),
            Route("/v1/models", self.list_models),
            Route("/v1/models/{name:path}", self.one_model),
            Route(
                "/v1/completions",
                self._endpoint(read_completion, CompletionFormat),
                methods=["POST"],
            ),
            Route("/v1/chat/completions", self._endpoint(read_chat, ChatFormat), methods=["POST"]),
        ]
        self.asgi = Starlette(
            routes=routes,
            middleware=[Middleware(Guard, token=token, local_only=local_only)],
            exception_handlers={
                ApiError: on_api_error,
                HTTPException: on_http_error,
                Exception: on_any_error,
            },
            lifespan=self._lifespan,
        )
        self.asgi.router.redirect_slashes = False

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        self.models.close(0)

    async def health(self, _: Request) -> Response:
        """Whether it runs, and how much it has to do; without a token, as supervisors ask it."""
        counts = {name: model.scheduler.counts() for name, model in self.models.by_name.items()}
        return json_response({"status": "ok", "models": counts})

    async def list_models(self, _: Request) -> Response:
        """All models."""
        found = [model.describe() for model in self.models.by_name.values()]
        return json_response({"object": "list", "data": found})

    async def one_model(self, request: Request) -> Response:
        """One of them."""
        return json_response(self.models.find(request.path_params["name"]).describe())

    def _endpoint(self, read: Read, form: type[Format]) -> Callable:
        """A path that takes a request and writes."""

        async def answer(request: Request) -> Response:
            try:
                content = parse_object(await read_body(request, self.limits))
            except ClientDisconnect:
                return Response(status_code=CLIENT_GONE)
            ask = read(content, self.models, self.limits)
            found = Answer(ask, form(ask), self.limits)
            return EventStream(found) if ask.streams else await found.whole(request.receive)

        return answer


async def on_api_error(_: Request, error: Exception) -> Response:
    """What we refuse ourselves."""
    assert isinstance(error, ApiError)
    return error_response(error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """What the router refuses: a path that is not there, or a method that it does not know."""
    assert isinstance(error, HTTPException)
    path = quote(request.url.path)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return error_response(
            MethodNotAllowed(f"{path} takes {allowed}, not {quote(request.method)}", Allow=allowed)
        )
    if error.status_code == 404:
        return error_response(NotFound(f"there is no path {path}", code="unknown_path"))
    refused = BadRequest(error.detail)
    refused.status = error.status_code
    return error_response(refused)


async def on_any_error(_: Request, error: Exception) -> Response:
    """Our own fault; the way there is printed by the server."""
    return error_response(ApiError(f"the server failed: {type(error).__name__}"))
