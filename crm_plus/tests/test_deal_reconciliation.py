"""What drifted apart, or is new to a deal, is put right by the nightly job and by the upgrade."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from crm_plus.jobs import deal_reconciliation
from crm_plus.patches.v0_3 import way_to_cash
from crm_plus.tests.money_oracle import amounts_of
from crm_plus.tests.story_case import StoryCase


class TestReconciliation(StoryCase):
	def test_an_expired_quotation_is_noticed_by_the_nightly_job(self):
		quotation = self.quotation(valid_till=nowdate())
		frappe.db.set_value(
			"Quotation", quotation.name, {"valid_till": add_days(nowdate(), -1), "status": "Expired"}
		)
		frappe.db.commit()
		deal_reconciliation.run()
		self.assertEqual(amounts_of(self.deal).quoted_amount, 0)
		self.assertEqual(self.stage(), "New")
		self.assertEqual(len(self.told()), 1)

	def test_drift_is_repaired_by_the_nightly_job(self):
		self.quotation()
		wrong = {"quoted_amount": 1, "paid_amount": 99, "quoted_net": 2, "first_invoiced_on": nowdate()}
		frappe.db.set_value("Deal", self.deal, wrong)
		frappe.db.commit()
		self.assertIn(self.deal, deal_reconciliation.reconcile([self.deal]))
		self.assertEqual(amounts_of(self.deal).quoted_amount, 1000)
		self.assertEqual(amounts_of(self.deal).paid_amount, 0)
		self.assertEqual(amounts_of(self.deal).quoted_net, 1000)
		self.assertIsNone(frappe.db.get_value("Deal", self.deal, "first_invoiced_on"))
		self.assertEqual(deal_reconciliation.reconcile([self.deal]), [])

	def test_deals_of_before_the_upgrade_say_what_others_do(self):
		quotation = self.quotation()
		frappe.db.set_value("Deal", self.deal, "quoted_net", 0)
		frappe.db.set_value("Quotation", quotation.name, "status", "Lost")
		frappe.db.commit()
		stage = self.stage()
		with patch.object(deal_reconciliation, "BATCH", 40):
			way_to_cash.execute()
		# Nothing is quoted any more, and nobody moves for it while the site is brought up to date.
		self.assertEqual((amounts_of(self.deal).quoted_amount, self.stage()), (0, stage))
		frappe.db.set_value("Quotation", quotation.name, "status", "Open")
		frappe.db.commit()
		way_to_cash.execute()
		self.assertEqual(amounts_of(self.deal).quoted_net, 1000)
