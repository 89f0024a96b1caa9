from frappe.model.document import Document

from crm_plus.workflows import preferences
from crm_plus.workflows.plain_values import PlainValues


class NotificationPreference(PlainValues, Document):
	"""How one user wants to hear of what."""

	def _set_defaults(self) -> None:
		"""Leave quiet hours empty where they are, and give the digest its own hour: Frappe would put the present time there."""
		given = {field: self.get(field) for field in ("quiet_from", "quiet_to")}
		given["digest_at"] = self.get("digest_at") or self.meta.get_field("digest_at").default
		super()._set_defaults()
		self.update(given)

	def before_insert(self) -> None:
		"""Whoever makes it, it belongs to the user it is about: so nobody else may read or change it."""
		self.owner = self.user

	def validate(self) -> None:
		"""Check it; see workflows.preferences.check for what is refused."""
		preferences.check(self)

	def on_update(self) -> None:
		"""Have the user's open follow-ups and meetings looked at again, once this is stored."""
		preferences.changed(self)

	def on_trash(self) -> None:
		"""The defaults of the user's roles count again."""
		preferences.changed(self)
