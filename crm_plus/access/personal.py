"""Who may see how a person is reached, wherever it stands: whose levels show him the e-mail and phone of profiles."""

from typing import Any

from crm_plus.access.rows import readable_fields
from crm_plus.rules.contact_points import bare_name

# Where a message says from whom it is and to whom it went.
OF_MESSAGE = ("sender", "recipients", "cc", "bcc", "phone_no")


def reads_addresses(user: str | None = None) -> bool:
	"""Tell whether a user may see e-mail addresses and phone numbers of persons."""
	return "email" in readable_fields("Customer Profile", user)


def without_addresses(message: Any) -> None:
	"""Take the addresses out of what is told of a message; the names that people go by stay."""
	for field in OF_MESSAGE:
		if message.get(field):
			message[field] = ""
	if message.get("sender_full_name"):
		message["sender_full_name"] = bare_name(message["sender_full_name"])
