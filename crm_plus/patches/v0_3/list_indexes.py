"""Add the indexes along which a person's deals are listed by amount, and a stage's by closing date."""

from crm_plus.crm_plus.doctype.deal import deal


def execute() -> None:
	"""Add what is missing; a site that has it stays as it is."""
	deal.on_doctype_update()
