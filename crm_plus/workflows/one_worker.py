"""Long work that only one worker a site may be at: whoever holds the work's lock in the database."""

from dataclasses import dataclass

import frappe


@dataclass(frozen=True)
class OneWorker:
	"""The one worker of a kind of work. The lock outlives commits and ends with the connection, even a killed one."""

	work: str

	@property
	def lock_name(self) -> str:
		"""The name of the lock, of this site alone."""
		return f"{frappe.conf.db_name}:{self.work}"[:64]

	def take(self) -> bool:
		"""Take the lock without waiting; returns whether nobody else holds it."""
		return bool(frappe.db.sql("select get_lock(%s, 0)", self.lock_name)[0][0])

	def release(self) -> None:
		"""Give the lock back."""
		frappe.db.sql("select release_lock(%s)", self.lock_name)

	def is_at_work(self) -> bool:
		"""Tell whether some worker is at it right now."""
		return not frappe.db.sql("select is_free_lock(%s)", self.lock_name)[0][0]
