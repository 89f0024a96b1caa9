"""What the tests of follow-ups share."""

import frappe

from crm_plus.tests.base import CRMPlusTestCase
from crm_plus.tests.factories_follow_ups import make_follow_up


class FollowUpCase(CRMPlusTestCase):
	def refused(self, sentence: str, **values: object) -> None:
		with self.assertRaises(frappe.ValidationError) as caught:
			make_follow_up(**values)
		self.assertIn(sentence, str(caught.exception))
		self.assertNotIn("Traceback", str(caught.exception))
