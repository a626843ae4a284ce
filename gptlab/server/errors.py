"""What a client is told when a request cannot be answered: OpenAI's error object, and its status."""


class ApiError(Exception):
    """An answer that is an error; clients' libraries turn the status into an exception class.

    status   of HTTP
    message  one line for a person
    param    the field of the request that is wrong, if it is one
    code     one word for programs
    """

    status = 500
    type = "server_error"
    code: str | None = None

    def __init__(
        self, message: str, param: str | None = None, code: str | None = None, **headers: str
    ) -> None:
        super().__init__(message)
        self.param = param
        self.code = code or self.code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def body(self) -> dict:
        """The object that is sent."""
        content = {"message": str(self), "type": self.type, "param": self.param, "code": self.code}
        return {"error": content}


class BadRequest(ApiError):
    """The request itself is wrong."""

    status = 400
    type = "invalid_request_error"


class Unauthorized(BadRequest):
    """No token, or not ours."""

    status = 401
    code = "invalid_api_key"


class Forbidden(BadRequest):
    """Asked under a name that is not this machine's."""

    status = 403


class NotFound(BadRequest):
    """There is no such path or model."""

    status = 404


class MethodNotAllowed(BadRequest):
    """The path knows other methods."""

    status = 405


class BodyTooSlow(BadRequest):
    """The body did not come within the time for it."""

    status = 408
    code = "request_timeout"


class BodyTooLarge(BadRequest):
    """More bytes than we read."""

    status = 413
    code = "request_too_large"


class NotJson(BadRequest):
    """A body that does not say that it is JSON."""

    status = 415


class TooManyWaiting(ApiError):
    """The queue is full."""

    status = 429
    type = "rate_limit_error"
    code = "queue_full"


class ShuttingDown(ApiError):
    """The server is about to end."""

    status = 503
    type = "service_unavailable_error"
    code = "shutting_down"


class TooSlow(ApiError):
    """The text was not finished within the time for one request."""

    status = 504
    type = "timeout_error"
    code = "timeout"
