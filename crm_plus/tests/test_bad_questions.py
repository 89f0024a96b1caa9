"""What is asked for, where it is no question at all: functions, filters and searches."""

import json
from typing import Any

import frappe

from crm_plus.tests import factories
from crm_plus.tests.request_case import RequestCase, sentences, token_of, user_with
from crm_plus.tests.test_bad_input import HTML, LONGEST_MESSAGE, MARKS

LINK_QUERY = {"doctype": "Deal", "txt": "", "searchfield": "name", "start": 0, "page_len": 20}


class TestBadQuestions(RequestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.token = token_of(user_with("Sales Manager", "System Manager", "Accounts Manager"))
		cls.pipeline = factories.make_pipeline().name
		cls.deal = factories.make_deal(title=f"50%_off \\ {factories.unique('deal')}").name
		frappe.db.commit()  # the requests are other connections

	def ask(self, function: str, **args: Any) -> tuple[int, Any]:
		method = "GET" if function.startswith(("board.", "deal_documents.")) else "POST"
		return self.call(f"crm_plus.api.{function}", args, method=method, token=self.token)

	def test_filters_that_are_no_filters(self) -> None:
		questions: list[tuple[str, dict[str, Any]]] = [
			*(("board.columns", {"filters": bad}) for bad in ('{"a"', "5", '"x"', "[1]", HTML)),
			*(
				("board.columns", {"filters": {"pipeline": self.pipeline, **bad}})
				for bad in (
					*({"pipeline": HTML}, {"pipeline": "x" * 5000}, {"team": HTML}, {"state": HTML}),
					*(
						{"period": HTML},
						{"period": "custom", "from": HTML},
						{"period": "custom", "to": "abc"},
					),
				)
			),
			*(
				("board.cards", {"stage": stage, "filters": {"pipeline": self.pipeline}})
				for stage in (HTML, "x" * 5000, "a\0b")
			),
			*(
				(
					"board.cards",
					{
						"stage": f"{self.pipeline}-New",
						"filters": {"pipeline": self.pipeline},
						"after": after,
					},
				)
				for after in ("[", "[1]", '["abc", "x"]', '["NaN", 5]')
			),
			("board.changed", {"deals": "{"}),
		]
		self.assert_refused(questions)

	def test_names_and_lists_that_are_none(self) -> None:
		questions: list[tuple[str, dict[str, Any]]] = [
			*(("deal_documents.documents_of_deal", {"deal": bad}) for bad in (HTML, "x" * 5000, "a\0b")),
			*(("deals.stage_history", {"deal": bad}) for bad in (HTML, "", "x" * 5000)),
			("deals.snooze", {"deal": self.deal, "until": HTML, "reason": "x"}),
			("deals.snooze", {"deal": self.deal, "until": "x" * 5000, "reason": "x"}),
			("deals.move", {"deal": self.deal, "stage": HTML}),
			("deals.reorder_stages", {"pipeline": self.pipeline, "names": "[[1]]"}),
			*(("accounting.link_invoices", {"pairs": bad}) for bad in ("{", "5", '[{"invoice": 1}]')),
			("accounting.deals_for_document", {**LINK_QUERY, "filters": '{"a"'}),
			("accounting.deals_for_document", {**LINK_QUERY, "filters": {"document_type": HTML}}),
			("profiles.credit", {"profile": HTML}),
		]
		self.assert_refused(questions)

	def assert_refused(self, questions: list[tuple[str, dict[str, Any]]]) -> None:
		for function, args in questions:
			with self.subTest(function, args=str(args)[:80]):
				status, body = self.ask(function, **args)
				self.assertTrue(400 <= status < 500, body)
				(sentence,) = sentences(body)
				self.assertLess(len(sentence), LONGEST_MESSAGE)
				for mark in MARKS:
					self.assertNotIn(mark, sentence)

	def test_the_report_takes_dates_only(self) -> None:
		for bad in (HTML, "abc", "x" * 5000):
			filters = {"company": factories.company(), "from_date": bad}
			args = {"report_name": "Invoices Without Deal", "filters": json.dumps(filters)}
			status, body = self.call("frappe.desk.query_report.run", args, token=self.token)
			self.assertTrue(400 <= status < 500, body)
			self.assertNotIn("<img", "".join(sentences(body)))

	def test_wildcards_and_quotes_mean_themselves(self) -> None:
		pipeline = frappe.db.get_value("Deal", self.deal, "pipeline")
		for text, is_found in (
			*(("50%_off \\", True), ("0%_o", True), ("5%f", False), ("50__off", False)),
			*(("' or 1=1 -- ", False), ('"', False), ("\\' or ''='", False), ("50%_off\0", False)),
		):
			with self.subTest(text):
				_status, body = self.ask("search.find", text=text)
				self.assertEqual(self.deal in str(body["message"]), is_found, body)
				stage = frappe.db.get_value("Deal", self.deal, "stage")
				filters = {"pipeline": pipeline, "text": text}
				_status, body = self.ask("board.cards", stage=stage, filters=filters)
				if text != '"' or is_found:
					self.assertEqual(self.deal in str(body["message"]), is_found, body)
