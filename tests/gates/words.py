"""ERPNext's retiring DocTypes: who may name them, and that no field is chained to them."""

import ast
import re

from gates.tree import Source, text_of

# DocTypes that may vanish with ERPNext's CRM and Support modules.
RETIRING = {"Lead", "Prospect", "Opportunity", "Campaign", "Issue", "Appointment", "Contract"}
LINK_TYPES = {"Link", "Table", "Table MultiSelect"}

KNOWING_ROOMS = ("overrides", "hooks", "tests")
KNOWING_FILES = ("crm_plus/setup/compatibility", "crm_plus/workflows/adoption")
# Fields of ours that hold the name of such a document, and words that only sound alike.
INNOCENT = {
	"erpnext_lead",
	"erpnext_leads",
	"team_lead",
	"lead_time",
	"lead_minutes",
	"lead_hours",
	"lead_days",
}
WORD_IN_TEXT = re.compile(r"\b(Lead|Leads|Opportunity|Opportunities)\b|^(lead|opportunity)(_\w+)?$")
# CamelCase and whole snake_case parts in the singular: who leads a team, or leads on to a stage, is no Lead.
PART_OF_NAME = re.compile(
	r"(?:^|_)(?:lead|(?i:opportunity|opportunities))(?:_|$)|(?:Lead|Opportunity)(?![a-z])"
)
SCRIPT_LINK = re.compile(rf"""options\s*:\s*["']({"|".join(sorted(RETIRING))})["']""")


def retiring_word_faults(source: Source) -> list[str]:
	"""Find Lead and Opportunity outside the rooms that may know ERPNext's retiring DocTypes.

	"Lead" is a stage of the customer's life too: files named after the lifecycle may write it, and any line whose
	comment says "lifecycle".
	"""
	if source.room in KNOWING_ROOMS or source.path.startswith(KNOWING_FILES) or source.room == "repository":
		return []
	return [
		source.fault(node, f"{word!r}: only overrides/ knows ERPNext's retiring DocTypes")
		for node in source.runtime_nodes
		for word in words_of(source, node)
		if is_retiring_word(word) and not is_lifecycle(source, node, word)
	]


def words_of(source: Source, node: ast.AST) -> list[str]:
	"""Return the names and texts that a node brings; docstrings count in rules/ only."""
	if isinstance(node, ast.Constant):
		explains = source.room != "rules" and id(node) in source.bare_texts
		return [node.value] if isinstance(node.value, str) and not explains else []
	if isinstance(node, ast.alias):
		return [part for part in (node.name, node.asname) if part]
	names = [getattr(node, attribute, None) for attribute in ("id", "attr", "arg", "name")]
	return [name for name in names if isinstance(name, str)]


def is_retiring_word(word: str) -> bool:
	"""Tell whether a name or text speaks of a Lead or an Opportunity."""
	if word in INNOCENT:
		return False
	return bool(PART_OF_NAME.search(word) if word.isidentifier() else WORD_IN_TEXT.search(word))


def is_lifecycle(source: Source, node: ast.AST, word: str) -> bool:
	"""Tell whether the word means the lifecycle stage of a customer."""
	if "pportunit" in word.lower():
		return False
	line = getattr(node, "lineno", 1)
	said = source.comments.get(line, "") + source.comments.get(line - 1, "")
	return "lifecycle" in source.path.rsplit("/", 1)[-1] or "lifecycle" in said.lower()


def hard_link_faults(source: Source) -> list[str]:
	"""Find field definitions in Python that link to a DocType that may vanish."""
	if source.room == "tests":
		return []
	return [
		source.fault(
			node, f"a Link to {', '.join(sorted(retiring))}, which may vanish: keep its name in a Data field"
		)
		for node in source.nodes
		if isinstance(node, ast.Dict | ast.Call)
		and (texts := direct_texts(node)) & LINK_TYPES
		and (retiring := texts & RETIRING)
	]


def direct_texts(node: ast.Dict | ast.Call) -> set[str]:
	"""Return the literal texts among a dict's values or a call's arguments."""
	values = node.values if isinstance(node, ast.Dict) else [*node.args, *(kw.value for kw in node.keywords)]
	return {text for value in values if (text := text_of(value)) is not None}


def script_link_faults(script: Source) -> list[str]:
	"""Find controls in scripts whose options are a DocType that may vanish."""
	return [
		script.fault(
			script.text.count("\n", 0, match.start()) + 1, f"a control links to {match[1]}, which may vanish"
		)
		for match in SCRIPT_LINK.finditer(script.text)
	]
