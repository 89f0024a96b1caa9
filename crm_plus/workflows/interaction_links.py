"""What becomes of interactions when a record goes that they name: they tell what happened, so they stay where they can."""

import frappe

INTERACTION, PARTICIPANT = "Interaction", "Interaction Participant"


def forget_deal(deal: str) -> None:
	"""Let the interactions of a deal that is being deleted belong to its customer alone."""
	_clear(INTERACTION, "deal", deal)


def forget_contact(contact: str) -> None:
	"""Take a contact that is being deleted off its interactions; who took part still says his name and address."""
	_clear(INTERACTION, "contact", contact)
	_clear(PARTICIPANT, "contact", contact)


def forget_profile(profile: str) -> None:
	"""Take a profile that is being deleted off the interactions of others.

	Its own keep it from being deleted, as Frappe says with its usual sentence: they would be lost with it.
	"""
	row, interaction = frappe.qb.DocType(PARTICIPANT), frappe.qb.DocType(INTERACTION)
	others = (
		frappe.qb.from_(row)
		.join(interaction)
		.on(interaction.name == row.parent)
		.select(row.name)
		.where((row.customer_profile == profile) & (interaction.customer_profile != profile))
	)
	names = [name for (name,) in others.run()]
	if names:
		frappe.db.delete(PARTICIPANT, {"name": ["in", names]})


def _clear(doctype: str, fieldname: str, value: str) -> None:
	table = frappe.qb.DocType(doctype)
	frappe.qb.update(table).set(table[fieldname], None).where(table[fieldname] == value).run()
