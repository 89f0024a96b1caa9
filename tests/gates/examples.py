"""For each check of Python files: a file that it must catch, and one beside it that it must let pass."""

from collections.abc import Callable
from dataclasses import dataclass

from gates import arrows, habits, interfaces, purity, sizes, words
from gates.tree import Source

Check = Callable[[Source], list[str]]
TYPED = '"""Text."""\n'


@dataclass(frozen=True)
class Example:
	"""One check with a bad and a good file; the good one stands at the same path unless `good_path` says else."""

	check: Check
	path: str
	bad: str
	good: str
	good_path: str = ""

	def __str__(self) -> str:
		return f"{self.check.__name__}: {self.bad.strip().splitlines()[-1].strip()[:50] if self.bad else 'empty'}"


RULES, WORKFLOW, API = "crm_plus/rules/money.py", "crm_plus/workflows/money.py", "crm_plus/api/deal.py"
OVERRIDE, REPORT = "crm_plus/overrides/quotation.py", "crm_plus/reports/forecast.py"
CONTROLLER = "crm_plus/crm_plus/doctype/deal/deal.py"
WHITELISTED = '@frappe.whitelist(methods=["POST"])\ndef move(deal: str) -> None:\n\t"""Move it."""\n'

EXAMPLES = [
	Example(
		arrows.arrow_faults,
		WORKFLOW,
		"def late():\n\tfrom crm_plus.api.deal import move\n",
		"from crm_plus.rules.money import share\nfrom crm_plus.setup.compatibility import doctype_exists\n",
	),
	Example(
		arrows.arrow_faults,
		WORKFLOW,
		"from crm_plus import api\n",
		"from crm_plus import rules, __version__\n",
	),
	Example(
		arrows.arrow_faults,
		WORKFLOW,
		"from ..jobs import sweep\n",
		"from ..rules import money\nfrom . import stages\n",
	),
	Example(
		arrows.arrow_faults,
		WORKFLOW,
		"import crm_plus.overrides.quotation\n",
		"import crm_plus.access.rows\n",
	),
	Example(
		arrows.arrow_faults,
		WORKFLOW,
		"from crm_plus.crm_plus.doctype.deal.deal import Deal\n",
		"if TYPE_CHECKING:\n\tfrom crm_plus.crm_plus.doctype.deal.deal import Deal\n",
	),
	Example(
		arrows.arrow_faults,
		REPORT,
		"from crm_plus.workflows import money\n",
		"from crm_plus.access import rows\n",
	),
	Example(
		arrows.arrow_faults, "crm_plus/jobs/a.py", "from crm_plus.setup import install\n", "import frappe\n"
	),
	Example(arrows.arrow_faults, "crm_plus/utils/a.py", "x = 1\n", "x = 1\n", good_path="crm_plus/jobs/a.py"),
	Example(arrows.rules_import_faults, RULES, "import frappe\n", "from decimal import Decimal\n"),
	Example(
		arrows.rules_import_faults,
		RULES,
		"def f():\n\timport erpnext.accounts\n",
		"from dateutil.rrule import rrule\n",
	),
	Example(
		arrows.rules_import_faults, RULES, "import time\n", "from crm_plus.rules.stages import next_stage\n"
	),
	Example(
		arrows.rules_import_faults, RULES, "from urllib import request\n", "from urllib.parse import quote\n"
	),
	Example(
		arrows.rules_import_faults, RULES, "from crm_plus.access import rows\n", "from . import stages\n"
	),
	Example(purity.clock_faults, RULES, "x = datetime.now()\n", "x = facts.now\n"),
	Example(purity.clock_faults, RULES, "x = date.today()\n", "today = date(2026, 1, 1)\n"),
	Example(purity.clock_faults, RULES, "x = open('f')\n", "x = deal.open\n"),
	Example(purity.report_write_faults, REPORT, "doc.save()\n", "rows.insert(0, row)\n"),
	Example(
		purity.report_write_faults,
		REPORT,
		"frappe.get_doc({}).insert()\n",
		"frappe.cache.set_value('a', 1)\n",
	),
	Example(
		purity.report_write_faults,
		REPORT,
		"frappe.db.set_value('Deal', 'a', 'b', 1)\n",
		"frappe.db.get_value('Deal')\n",
	),
	Example(
		purity.report_write_faults,
		REPORT,
		"frappe.db.sql('update `tabDeal`')\n",
		"frappe.db.sql('select 1')\n",
	),
	Example(purity.report_write_faults, REPORT, "frappe.qb.update(deal).run()\n", "row.update(a=1)\n"),
	Example(
		purity.report_write_faults,
		"crm_plus/crm_plus/report/forecast/forecast.py",
		"def execute():\n\tdoc.db_set('a', 1)\n",
		"def execute():\n\treturn [], []\n",
	),
	Example(
		purity.validation_write_faults,
		CONTROLLER,
		"class Deal:\n\tdef validate(self):\n\t\tself.check()\n\tdef check(self):\n\t\tother.save()\n",
		"class Deal:\n\tdef validate(self):\n\t\tself.items.insert(0, row)\n\tdef on_update(self):\n\t\tother.save()\n",
	),
	Example(
		purity.validation_write_faults,
		OVERRIDE,
		"def validate(doc, method):\n\tfrappe.get_doc({}).insert()\n",
		"def on_submit(doc, method):\n\tfrappe.get_doc({}).insert()\n",
	),
	Example(interfaces.whitelist_faults, WORKFLOW, WHITELISTED, WHITELISTED, good_path=API),
	Example(
		interfaces.whitelist_faults,
		CONTROLLER,
		"class Deal:\n\t@frappe.whitelist()\n\tdef move(self): ...\n",
		"",
	),
	Example(interfaces.whitelist_faults, API, WHITELISTED.replace('methods=["POST"]', ""), WHITELISTED),
	Example(interfaces.whitelist_faults, API, WHITELISTED.replace(": str", ""), WHITELISTED),
	Example(interfaces.whitelist_faults, API, WHITELISTED.replace(" -> None", ""), WHITELISTED),
	Example(interfaces.whitelist_faults, API, WHITELISTED.replace('"""Move it."""', "pass"), WHITELISTED),
	Example(
		interfaces.whitelist_faults,
		API,
		WHITELISTED.replace("deal: str", "ignore_permissions: bool"),
		WHITELISTED,
	),
	Example(
		interfaces.whitelist_faults,
		API,
		WHITELISTED.replace("(methods", "(allow_guest=True, methods"),
		"# Customers answer without an account.\n"
		+ WHITELISTED.replace("(methods", "(allow_guest=True, methods"),
	),
	Example(interfaces.postponed_annotation_faults, API, "from __future__ import annotations\n", WHITELISTED),
	Example(
		interfaces.postponed_annotation_faults, API, WHITELISTED.replace(": str", ": 'Deal'"), WHITELISTED
	),
	Example(
		interfaces.public_function_faults,
		WORKFLOW,
		"def pay(x: int) -> int:\n\treturn x\n",
		'def pay(x: int) -> int:\n\t"""Pay it."""\n\treturn x\ndef _own(x): ...\n',
	),
	Example(
		interfaces.public_function_faults,
		CONTROLLER,
		'class Deal:\n\tdef total(self, rate):\n\t\t"""Sum it."""\n',
		"class Deal:\n\tdef validate(self):\n\t\tpass\n",
	),
	Example(
		habits.commit_faults,
		WORKFLOW,
		"frappe.db.commit()\n",
		"# A batch ends here, so that a stop loses none.\nfrappe.db.commit()\n",
	),
	Example(
		habits.commit_faults, OVERRIDE, "frappe.db.rollback()\n", "frappe.db.rollback(save_point='ours')\n"
	),
	Example(
		habits.commit_faults,
		OVERRIDE,
		"frappe.db.commit()  # noqa: X001\n",
		"frappe.db.commit()\n",
		good_path="crm_plus/jobs/a.py",
	),
	Example(
		habits.permission_faults,
		WORKFLOW,
		"doc.insert(ignore_permissions=True)\n",
		"# The history is ours, nobody has rights on it.\ndoc.insert(\n\tignore_permissions=True\n)\n",
	),
	Example(
		habits.permission_faults,
		WORKFLOW,
		"doc.flags.ignore_permissions = True\n",
		"doc.flags.ignore_permissions = False\ndoc.insert(ignore_permissions=True)  # written for the system, not for the user\n",
	),
	Example(
		habits.permission_faults,
		WORKFLOW,
		"# Long ago, in another line.\nx = 1\ndoc.insert(ignore_permissions=True)\n",
		"doc.insert(\n\tignore_permissions=True\n)  # the history is ours alone\n",
	),
	Example(
		habits.class_replacement_faults,
		"crm_plus/hooks.py",
		"override_doctype_class = {}\n",
		"doc_events = {}\n",
	),
	Example(habits.translation_faults, WORKFLOW, 'x = _(f"No {deal}")\n', 'x = _("No {0}").format(deal)\n'),
	Example(habits.translation_faults, WORKFLOW, 'x = _("No {0}".format(deal))\n', "x = _(doc.status)\n"),
	Example(habits.translation_faults, WORKFLOW, 'x = frappe._("No " + deal)\n', 'x = frappe._("No")\n'),
	Example(habits.sql_faults, REPORT, 'frappe.db.sql(f"select {x}")\n', 'frappe.db.sql("select %s", x)\n'),
	Example(
		habits.sql_faults,
		REPORT,
		'frappe.db.sql("select %s" % x)\n',
		'QUERY = "select 1"\nfrappe.db.sql(QUERY)\n',
	),
	Example(habits.sql_faults, REPORT, "frappe.db.sql(query)\n", 'frappe.db.get_all("Deal")\n'),
	Example(
		habits.sql_faults,
		WORKFLOW,
		"frappe.db.sql_ddl(f'drop {x}')\n",
		"# The name is from our own table.\nfrappe.db.sql_ddl(f'drop {x}')\n",
	),
	Example(habits.unfinished_faults, WORKFLOW, "x = 1  # TODO: later\n", "x = 'TODO'  # a ToDo of Frappe\n"),
	Example(habits.unfinished_faults, WORKFLOW, "raise NotImplementedError\n", "raise ValueError\n"),
	Example(habits.blanket_faults, WORKFLOW, "import x  # noqa\n", "import x  # noqa: F401\n"),
	Example(
		habits.blanket_faults, WORKFLOW, "x = 1  # type: ignore\n", "x = 1  # type: ignore[assignment]\n"
	),
	Example(
		habits.swallowed_error_faults,
		WORKFLOW,
		"try:\n\tpay()\nexcept Exception:\n\tpass\n",
		"try:\n\tpay()\nexcept Exception:\n\tfrappe.log_error()\nexcept KeyError:\n\tpass\n",
	),
	Example(words.retiring_word_faults, RULES, 'x = "Opportunity"\n', 'x = "Deal"\n'),
	Example(
		words.retiring_word_faults,
		RULES,
		'"""Of a Lead."""\n',
		'"""What leads on to a stage, and its leader."""\nCLEAR_LEAD = 5\n',
	),
	Example(
		words.retiring_word_faults,
		WORKFLOW,
		"def f(lead_name): ...\n",
		"doc.erpnext_lead = lead_minutes = 5\n",
	),
	Example(words.retiring_word_faults, WORKFLOW, "class LeadSync: ...\n", "class Leader: ...\n"),
	Example(
		words.retiring_word_faults,
		WORKFLOW,
		'x = "Lead"\n',
		'x = "Lead"\n',
		good_path="crm_plus/rules/lifecycle.py",
	),
	Example(words.retiring_word_faults, WORKFLOW, 'x = "Lead"\n', 'x = "Lead"  # the lifecycle stage\n'),
	Example(
		words.retiring_word_faults,
		WORKFLOW,
		'frappe.get_doc("Lead", x)\n',
		'frappe.get_doc("Lead", x)\n',
		good_path="crm_plus/overrides/lead.py",
	),
	Example(
		words.hard_link_faults,
		WORKFLOW,
		'x = {"fieldtype": "Link", "options": "Campaign"}\n',
		'x = {"fieldtype": "Data", "options": "Campaign"}\n',
	),
	Example(
		words.hard_link_faults,
		WORKFLOW,
		'field("x", "Link", options="Issue")\n',
		'field("x", "Link", options="Deal")\n',
	),
	Example(sizes.file_size_faults, WORKFLOW, "x = 1\n" * 301, "x = 1\n" * 300),
	Example(
		sizes.function_size_faults, WORKFLOW, "def f():\n" + "\tx = 1\n" * 40, "def f():\n" + "\tx = 1\n" * 39
	),
	Example(
		sizes.function_size_faults, RULES, "def f():\n" + "\tx = 1\n" * 20, "def f():\n" + "\tx = 1\n" * 19
	),
]
SCRIPT = "crm_plus/public/js/board.js"
SCRIPT_EXAMPLES = [
	Example(habits.script_translation_faults, SCRIPT, "__(`No ${deal}`)\n", '__("No {0}", [deal])\n'),
	Example(habits.script_translation_faults, SCRIPT, '__("No " + deal)\n', '__("No") + deal\n'),
	Example(
		words.script_link_faults, SCRIPT, 'fieldtype: "Link", options: "Campaign"\n', 'options: "Deal"\n'
	),
]
