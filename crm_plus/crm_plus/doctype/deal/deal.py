import frappe
from frappe.model.document import Document
from frappe.utils import flt

from crm_plus.workflows import deal_approval, deal_stages
from crm_plus.workflows.plain_values import PlainValues
from crm_plus.workflows.website_lists import get_list_context

__all__ = ["Deal", "get_list_context"]

# Fields of few values have no index of their own: MariaDB would intersect them, a hundred times slower on a long list.
INDEXES = {
	"status_modified": ("status", "modified"),
	"stage_modified": ("stage", "modified"),
	"company_status_modified": ("company", "status", "modified"),
	"owner_status_close": ("deal_owner", "status", "expected_close_date"),
	# Whose customers a salesperson sells to.
	"owner_customer": ("deal_owner", "customer_profile"),
	# The list in the orders that it offers besides: its linked titles would be joined to every deal before sorting.
	"by_creation": ("creation", "name"),
	"by_amount": ("amount", "name"),
	# Of one person or stage among many, the first rows in that order are far apart along the order's own index.
	"owner_amount": ("deal_owner", "amount"),
	"stage_close": ("stage", "expected_close_date"),
	# What is closed has no next step, and stands at the end of that order; the first stages are few among all of a status.
	"stage_follow_up": ("stage", "next_follow_up_on"),
	"status_stage": ("status", "stage"),
	# What became of customers, by number of deals and what was won.
	"by_customer": ("customer_profile", "company", "status", "base_amount"),
	# The board: a column's cards in order, and all columns' sums without touching the rows.
	"board_cards": ("stage", "stage_entered_on"),
	"stage_sums": ("stage", "company", "stage_entered_on", "snoozed_until", "base_amount", "probability"),
	# The reports: all that they ask of the open and of the closed deals, so that no row is touched. No key may be longer
	# than 3,072 bytes, four a character: hence the lengths of status, at least 64 on Frappe 16, and of pipeline.
	"report_open": (
		*("status", "company", "pipeline", "stage", "deal_owner", "source", "base_amount", "probability"),
		*("stage_entered_on", "snoozed_until", "expected_close_date", "next_follow_up_on"),
	),
	# Of the open deals those that are to close in some months, or name no day.
	"open_close": (
		*("status", "expected_close_date", "company", "pipeline", "deal_owner", "source"),
		*("base_amount", "probability"),
	),
	"report_ended": (
		*("status", "closed_on", "company", "pipeline", "deal_owner", "lost_reason", "source"),
		*("base_amount", "additional_discount_percentage", "began_on"),
	),
	# The way to cash, and what was billed within some days, without looking a document up.
	"report_cash": (
		*(
			"status",
			"closed_on",
			"company",
			"billing_status",
			"currency",
			"amount",
			"base_amount",
			"ordered_net",
		),
		*("invoiced_net", "paid_net", "outstanding_net", "first_invoiced_on", "last_paid_on"),
	),
	"report_billed": (
		*("billed_until", "billed_from", "company", "source", "invoiced_net", "paid_net", "outstanding_net"),
	),
	"report_reached": (
		*("pipeline", "furthest_stage", "status", "began_on", "company", "deal_owner", "source"),
		"base_amount",
	),
}


class Deal(PlainValues, Document):
	"""One possible sale to a customer, from the first hello to the paid invoice."""

	def _set_defaults(self) -> None:
		"""Leave the currency to the deal's company: Frappe would put the site's into every deal that names none."""
		given = self.get("currency")
		rate = self.get("conversion_rate")
		# A new form and frappe.new_doc send zero for an empty field; whoever else says zero means it.
		self.flags.zero_rate_given = rate is not None and not flt(rate) and not self.get("__unsaved")
		super()._set_defaults()
		self.currency = given

	def validate(self) -> None:
		"""Complete and check the deal; see workflows.deal_stages.prepare for what is refused."""
		deal_stages.prepare(self)

	def on_update(self) -> None:
		"""Record the move, if there was one, and an approval that no longer covers the deal."""
		deal_stages.record(self)
		deal_approval.withdraw_outgrown(self)

	def on_trash(self) -> None:
		"""Take the deal's stage history with it: nothing else may point there."""
		frappe.db.delete("Stage Change", {"reference_doctype": self.doctype, "reference_name": self.name})


def on_doctype_update() -> None:
	"""Add the indexes that lists, board and the owner's day filter by."""
	for name, columns in INDEXES.items():
		frappe.db.add_index("Deal", list(columns), index_name=name)
