"""Adoption takes along whom a sale was fought for with."""

import unittest

import frappe

from crm_plus.setup.compatibility import doctype_exists
from crm_plus.tests import factories as make
from crm_plus.tests.adoption_case import AdoptionTestCase


class TestCompetitors(AdoptionTestCase):
	@unittest.skipUnless(doctype_exists("Competitor"), "ERPNext has no competitors any more")
	def test_the_competitors_of_a_sale_are_named_on_its_deal(self) -> None:
		_leads, sales = self.past(1, 2)
		rivals = [make.make("Competitor", competitor_name=make.unique("Rival")).name for _ in range(2)]
		for position, rival in enumerate(rivals, 1):
			row = {"parent": sales[0], "parenttype": "Opportunity", "parentfield": "competitors"}
			frappe.get_doc(
				{"doctype": "Competitor Detail", "competitor": rival, "idx": position, **row}
			).db_insert()
		self.commit()
		self.adopt()
		self.assertEqual(self.became("Opportunity", sales[0]).competitor, ", ".join(rivals))
		self.assertFalse(self.became("Opportunity", sales[1]).competitor)
