"""What is remembered in a request tells each time which rights it came of: what is kept of a figure must depend on all of them."""

from crm_plus.access.remembered import remembered, remembering
from crm_plus.access.rows import readable_fields, readable_rows
from crm_plus.tests.base import CRMPlusTestCase


class TestRemembered(CRMPlusTestCase):
	def test_an_answer_asks_each_time_for_the_rights_that_it_came_of(self) -> None:
		def answer() -> int:
			readable_rows("Deal")
			return remembered(("inner", "", ""), lambda: len(readable_fields("Deal")))

		with remembering() as rights:
			found = remembered(("outer", "", ""), answer)
			asked = set(rights.asked)
			self.assertEqual({question[:2] for question in asked}, {("rows", "Deal"), ("fields", "Deal")})
			for again in ("outer", "inner"):
				rights.asked.clear()
				self.assertEqual(remembered((again, "", ""), self.fail), found)
				expected = asked if again == "outer" else {one for one in asked if one[0] == "fields"}
				self.assertEqual(rights.asked, expected)

	def test_what_was_asked_before_stays_asked(self) -> None:
		with remembering() as rights:
			readable_rows("Interaction")
			remembered(("outer", "", ""), lambda: readable_rows("Deal"))
			self.assertEqual({question[1] for question in rights.asked}, {"Interaction", "Deal"})
