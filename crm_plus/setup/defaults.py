"""The masters that an empty site needs: pipelines with their stages, sources, lost reasons, types and outcomes.

Made without asking for rights: whoever installs an app decides on its records.
"""

import frappe

STAGES = {
	"Sales": (
		("New", "Open", 10, 14, ""),
		("Contacted", "Open", 20, 14, ""),
		("Qualified", "Open", 40, 21, ""),
		("Proposal Sent", "Open", 60, 21, "Quotation Submitted"),
		("Negotiation", "Open", 80, 14, ""),
		("Won", "Won", 100, 0, "Order Submitted"),
		("Lost", "Lost", 0, 0, "Quotation Lost"),
	),
	"Renewals": (
		("Upcoming", "Open", 50, 60, ""),
		("Contacted", "Open", 60, 21, ""),
		("Proposal Sent", "Open", 75, 21, "Quotation Submitted"),
		("Won", "Won", 100, 0, "Order Submitted"),
		("Lost", "Lost", 0, 0, "Quotation Lost"),
	),
}
SOURCES = (
	"Website",
	"Referral",
	"Existing Customer",
	"Campaign",
	"Event",
	"Cold Call",
	"Partner",
	"Social Media",
)
# Type, its usual direction, icon, and whether people log it by hand.
INTERACTION_TYPES = (
	("Call", "Outgoing", "call", 1),
	("Email", "Outgoing", "mail", 1),
	("Meeting", "Outgoing", "users", 1),
	("Chat", "Incoming", "message-1", 1),
	("WhatsApp", "Outgoing", "message-1", 1),
	("SMS", "Outgoing", "message-1", 1),
	("Visit", "Outgoing", "map", 1),
	("Support", "Incoming", "support", 1),
	("Social", "Incoming", "share", 1),
	("Note", "Outgoing", "edit", 1),
)
# Outcome and the types that it is limited to; none: for every type.
INTERACTION_OUTCOMES = (
	("Reached", ("Call", "Visit")),
	("No Answer", ("Call", "WhatsApp", "SMS", "Chat")),
	("Left Message", ("Call", "WhatsApp")),
	("Interested", ()),
	("Not Interested", ()),
	("Wants an Offer", ()),
	("Call Back Later", ("Call", "Visit")),
	("Wrong Number", ("Call", "SMS", "WhatsApp")),
	("Solved", ("Support", "Call", "Chat", "Email")),
)
LOST_REASONS = ("Price", "Competitor", "No Budget", "No Decision", "Timing", "Missing Feature", "No Answer")


def install_defaults() -> None:
	"""Create the masters that are not there yet; what an administrator changed is left alone."""
	for pipeline in STAGES:
		if not frappe.db.exists("Pipeline", pipeline):
			make_pipeline(pipeline)
	make_missing("Customer Source", "source_name", SOURCES)
	make_missing("Lost Reason", "reason", LOST_REASONS)
	make_interaction_masters()


def make_interaction_masters() -> None:
	"""Create the types and outcomes of interactions that do not exist, in the order of their tables."""
	for position, (type_name, direction, icon, by_hand) in enumerate(INTERACTION_TYPES, 1):
		if not frappe.db.exists("Interaction Type", type_name):
			values = {"type_name": type_name, "default_direction": direction, "icon": icon}
			values |= {"is_logged_by_hand": by_hand, "position": position}
			# safe: whoever installs an app decides on its records
			frappe.get_doc({"doctype": "Interaction Type", **values}).insert(ignore_permissions=True)
	for position, (outcome, types) in enumerate(INTERACTION_OUTCOMES, 1):
		if not frappe.db.exists("Interaction Outcome", outcome):
			values = {"outcome": outcome, "position": position}
			rows = [{"interaction_type": each} for each in types]
			frappe.get_doc({"doctype": "Interaction Outcome", **values, "types": rows}).insert(
				ignore_permissions=True  # safe: whoever installs an app decides on its records
			)


def make_pipeline(pipeline: str) -> None:
	"""Create a pipeline of the table with its stages in order."""
	frappe.get_doc(
		{"doctype": "Pipeline", "pipeline_name": pipeline, "is_default": int(pipeline == "Sales")}
	).insert(ignore_permissions=True)  # safe: whoever installs an app decides on its records
	for position, (stage_name, outcome, probability, rots_after_days, advance_on) in enumerate(
		STAGES[pipeline], 1
	):
		frappe.get_doc(
			{
				"doctype": "Pipeline Stage",
				"pipeline": pipeline,
				"stage_name": stage_name,
				"position": position,
				"outcome": outcome,
				"probability": probability,
				"rots_after_days": rots_after_days,
				"advance_on": advance_on,
			}
		).insert(ignore_permissions=True)  # safe: whoever installs an app decides on its records


def make_missing(doctype: str, fieldname: str, values: tuple[str, ...]) -> None:
	"""Create the records of a small master that do not exist."""
	for value in values:
		if not frappe.db.exists(doctype, value):
			# safe: whoever installs an app decides on its records
			frappe.get_doc({"doctype": doctype, fieldname: value}).insert(ignore_permissions=True)
