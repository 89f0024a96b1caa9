"""Where other apps' documents keep who talked with us under which number, and what was said."""

from dataclasses import dataclass, replace
from typing import Any

import frappe

from crm_plus.rules.interactions import INCOMING


@dataclass(frozen=True)
class TalkFields:
	"""The fields of one DocType; `present` leaves those out that a site's version does not have."""

	# Of two numbers the first is the customer's where it came in, else the second.
	sides: tuple[str, ...]
	texts: tuple[str, ...]
	# What is JSON or names a file takes no text.
	emptied: tuple[str, ...] = ()
	direction: tuple[str, ...] = ()
	only: tuple[tuple[str, str], ...] = ()
	# Whether all rows are looked through for a number: a mailbox has millions that have none.
	by_number: bool = True

	def present(self, doctype: str) -> "TalkFields":
		"""Return what this site's document has of the fields; no sides where it is another app's of that name."""
		has = frappe.get_meta(doctype).has_field
		sides = self.sides if all(map(has, (*self.sides, *self.direction))) else ()
		texts, emptied = tuple(filter(has, self.texts)), tuple(filter(has, self.emptied))
		return replace(self, sides=sides, texts=texts, emptied=emptied)

	def customer_side(self, row: Any) -> str:
		"""Return the field with the customer's number."""
		return self.sides[0] if not self.direction or row[self.direction[0]] == INCOMING else self.sides[1]


TALK_FIELDS = {
	"Call Log": TalkFields(("from", "to"), ("summary",), ("recording_url",), direction=("type",)),
	# The app frappe_whatsapp's.
	"WhatsApp Message": TalkFields(
		("from", "to"),
		("message", "profile_name", "label", "template_parameters", "template_header_parameters"),
		("attach", "body_param", "flow_response"),
		direction=("type",),
	),
	# SMS; mail is found by its address.
	"Communication": TalkFields(
		("phone_no",),
		("subject", "content", "text_content", "sender_full_name"),
		only=(("communication_medium", "SMS"),),
		by_number=False,
	),
}
