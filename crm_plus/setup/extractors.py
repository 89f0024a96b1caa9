"""What a translator has to find in files that Frappe's own extraction (`bench generate-pot-file`) does not read.

babel_extractors.csv says which; `words` has what stands in the code as a plain value and is translated where it is shown.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from frappe import _
from frappe.gettext.translate import get_method_map

APP = "crm_plus"
TITLES = ("label", "chart_name")
# Folders in which nobody speaks to users.
SILENT = {"dist", "node_modules", "tests", "benchmarks", "failures"}
KEYWORDS = {**DEFAULT_KEYWORDS, "_lt": None}
Found = tuple[int, str, str, list[str]]


def texts(bench: Path) -> Iterator[tuple[str, int, Any, list[str], str | None]]:
	"""Yield what `bench generate-pot-file` finds in the app, which lies in a bench: file, line, text, comments and context."""
	maps = [*get_method_map(APP), *get_method_map("frappe")]
	app = str(bench / "apps" / APP)
	yield from extract_from_dir(app, maps, directory_filter=_is_read, keywords=KEYWORDS)


def _is_read(folder: Any) -> bool:
	name = Path(folder).name
	return not name.startswith((".", "_")) and name not in SILENT


def titles(fileobj: Any, *_args: Any, **_kwargs: Any) -> Iterator[Found]:
	"""Yield the title of a number card or a dashboard chart, as Babel asks for it."""
	record = json.load(fileobj)
	for field in TITLES:
		if record.get(field):
			yield 1, "_", record[field], [f"{field} of the {record['doctype']}"]


def words() -> list[str]:
	"""Return the words of values that are shown translated: groups, periods and states of reports, causes, steps."""
	return [
		*(
			_("Size"),
			_("Months"),
			_("Owners"),
			_("Cohorts"),
			_("Hour"),
			_("Figures"),
			_("Moves"),
			_("From and To"),
		),
		*(_("Others"), _("Before"), _("Ahead"), _("Rotten or Slipping")),
		*(_("Usual Period"), _("This Month"), _("Last Month"), _("This Quarter"), _("Last Quarter")),
		*(_("This Year"), _("This Fiscal Year"), _("Last 12 Months")),
		*(_("Viewed"), _("Changed"), _("Deleted"), _("Exported or Printed"), _("Signed In or Out")),
		*(_("Deal Approval"), _("Outreach Approval")),
		*(_("Request Approval"), _("Withdraw Request"), _("Approve"), _("Reject")),
		*(_("Manual"), _("Deal Created"), _("Customer Linked"), _("Payment Posted"), _("Invoice Cancelled")),
		*(_("Days Without Purchase"), _("Taken Back"), _("Stage Retired"), _("Adopted"), _("Not Stated")),
	]
