"""Examples of the functions by which records are given away, asked for in Frappe's place, and taken out as files."""

from collections.abc import Callable
from typing import Any

from crm_plus.tests.factories_interactions import example_of_contact
from crm_plus.tests.factories_outreach import example_of_outreach, example_of_token, example_that_failed
from crm_plus.workflows import team_filling

EXAMPLES: dict[str, Callable[[Any], dict[str, Any]]] = {
	"hand_over.reassign": lambda world: {
		"doctype": "Deal",
		"names": [world.deal],
		"successor": "Administrator",
	},
	"hand_over.book": lambda world: {"person": "Administrator"},
	"hand_over.leave": lambda world: {"person": "Guest", "successor": "Administrator"},
	"narrowed.link_title": lambda world: {"doctype": "Deal", "docname": world.deal},
	"link_search.for_field": lambda world: {"doctype": "Deal", "txt": "a"},
	"link_search.for_dialog": lambda world: {"doctype": "Deal", "txt": "a"},
	"narrowed.record": lambda world: {"doctype": "Deal", "filters": {"name": world.deal}},
	"narrowed.count": lambda world: {"doctype": "Deal", "filters": {"pipeline": world.pipeline}},
	"narrowed.new_value": lambda world: {
		"doctype": "Deal",
		"name": world.deal,
		"fieldname": "next_step",
		"value": "Call",
	},
	"narrowed.group_counts": lambda world: {"doctype": "Deal", "current_filters": "[]", "field": "status"},
	"exports.of_report": lambda world: {
		**{"report_name": "Audit Trail", "file_format_type": "CSV", "filters": "{}"},
		"visible_idx": "[]",
	},
	"exports.of_list": lambda world: {
		**{"doctype": "Deal", "fields": '["name"]', "filters": [["name", "=", world.deal]]},
		"file_format_type": "CSV",
	},
	"exports.for_import": lambda world: {
		**{"doctype": "Deal", "export_fields": {"Deal": ["name"]}, "export_records": "by_filter"},
		"export_filters": [["name", "=", world.deal]],
	},
	"exports.of_records": lambda world: {
		**{"doctype": "Deal", "with_data": 1, "all_doctypes": False, "file_type": "CSV"},
		"filters": {"name": world.deal},
	},
	"narrowed.tagged_documents": lambda world: {"doctype": "Deal", "tag": "Important"},
	"narrowed.chart": lambda world: {"chart_name": "CRM Plus Won by Month"},
	"teams.preview": lambda world: {},
	"teams.fill": lambda world: {"seen": team_filling.preview()["seen"]},
	"dashboards.figures": lambda world: {
		"items": [{"doctype": "Number Card", "name": "New Profiles This Month", "filters": {"company": ""}}]
	},
	"personal_data.held": lambda world: {"profile": world.profile},
	"personal_data.erase": lambda world: {"profile": world.profile},
	"dashboards.permitted_charts": lambda world: {"dashboard_name": "CRM Plus Sales"},
	"dashboards.permitted_cards": lambda world: {"dashboard_name": "CRM Plus Sales"},
	"opened.document": lambda world: {"doctype": "Deal", "name": world.deal},
	"opened.beside": lambda world: {"doctype": "Deal", "name": world.deal},
	"opened.messages": lambda world: {"doctype": "Deal", "name": world.deal},
	"outreach.send": lambda world: {"outreach": example_of_outreach()},
	"outreach.cancel": lambda world: {"outreach": example_of_outreach()},
	"outreach.progress": lambda world: {"outreach": example_of_outreach()},
	"outreach.send_test": lambda world: {"outreach": example_of_outreach()},
	"outreach.try_again": lambda world: {"outreach": example_that_failed()},
	"outreach.senders": lambda world: {
		**{"doctype": "Email Account", "txt": "", "searchfield": "name", "start": 0, "page_len": 20},
	},
	"outreach.opt_out": lambda world: {"token": example_of_token()},
	"segments.preview": lambda world: {"conditions": [["full_name", "like", "a%"]]},
	"narrowed.linked_counts": lambda world: {"doctype": "Customer Profile", "name": world.profile},
	"alongside.add_tag": lambda world: {"tag": "Edge", "dt": "Deal", "dn": world.deal},
	"alongside.add_tags": lambda world: {"tags": ["Edge"], "dt": "Deal", "docs": [world.deal]},
	"alongside.remove_tag": lambda world: {"tag": "Edge", "dt": "Deal", "dn": world.deal},
	"alongside.toggle_like": lambda world: {"doctype": "Deal", "name": world.deal, "add": "Yes"},
	# Before any that repeats: public ones are for everybody.
	"alongside.events": lambda world: {"start": "1901-01-01", "end": "1901-01-02"},
	"alongside.activities": lambda world: {"ref_doctype": "Deal", "ref_docname": world.deal},
	"alongside.contact_name": lambda world: {"ref_doctype": "Customer Profile", "docname": world.profile},
	"alongside.address_name": lambda world: {"ref_doctype": "Customer Profile", "docname": world.profile},
	"alongside.contact_card": lambda world: {"contact": example_of_contact()},
}
