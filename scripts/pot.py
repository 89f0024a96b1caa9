"""make pot: writes crm_plus/locale/main.pot anew, by Frappe's own extraction: the texts that a translation starts from.

Without line numbers and dates, so that it changes when a text does and not with each commit. Runs in a bench's sites folder;
its argument is the file to write.
"""

import sys
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from crm_plus.setup.extractors import texts

BEGAN = datetime(2026, 1, 1, tzinfo=timezone.utc)


def main(bench: Path, target: Path) -> None:
	"""Write the texts of the app in a bench into a file."""
	catalog = Catalog(project="CRM Plus", copyright_holder="CRM Plus", creation_date=BEGAN, fuzzy=False)
	for source, _line, text, comments, context in texts(bench):
		if text:
			catalog.add(text, locations=[(source, 0)], auto_comments=comments, context=context)
	with target.open("wb") as file:
		write_po(file, catalog, sort_output=True, width=None, include_lineno=False)


if __name__ == "__main__":
	main(Path.cwd().parent, Path(sys.argv[1]))
