"""What a request over the network that failed says of the message that it carried."""

from collections.abc import Iterator

import requests


def never_arrived(failure: requests.exceptions.RequestException) -> bool:
	"""Tell whether the gateway certainly took nothing: it refused in so many words, or there was no connection at all."""
	if isinstance(failure, requests.exceptions.HTTPError | requests.exceptions.ConnectTimeout):
		return True
	reason = getattr(failure.args[0], "reason", None) if failure.args else None
	return type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


def words(failure: requests.exceptions.RequestException) -> str:
	"""Return what went wrong, in the gateway's own words where its answer has any (`{"error": {"message": …}}`)."""
	try:
		said = failure.response.json()["error"]["message"]  # type: ignore[union-attr]  # no answer: caught below
	except (AttributeError, KeyError, TypeError, ValueError):
		said = ""
	return f"{failure}: {said}" if said else str(failure)


def causes(failure: BaseException) -> Iterator[BaseException]:
	"""Return an exception and, one after the other, those during whose handling it was raised."""
	cause: BaseException | None = failure
	while cause is not None:
		yield cause
		cause = cause.__cause__ or cause.__context__
