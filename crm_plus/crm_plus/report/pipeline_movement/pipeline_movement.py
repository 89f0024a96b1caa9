"""Report "Pipeline Movement": from the open pipeline of one evening to that of another, as a waterfall."""

from datetime import date
from typing import Any

from frappe import _
from frappe.utils import flt, formatdate

from crm_plus.reports import report_parts as parts
from crm_plus.reports.pipeline_movement import (
	END,
	MOST_ROWS,
	START,
	Window,
	deals_behind,
	first_snapshot,
	pipeline_movement,
)
from crm_plus.reports.report_scope import Scope
from crm_plus.rules.movements import DOWNWARDS, MOVEMENTS, UNCHANGED, UPWARDS, steps

REPORT = "Pipeline Movement"
# What a bar stands on is drawn in no colour at all; Frappe's charts take the other notations for a full black.
NO_COLOR = "hsla(0, 0%, 0%, 0)"
BLUE, GREEN, RED = parts.COLORS[0], parts.COLORS[1], parts.COLORS[4]
# Shown without deals too: what everybody looks for.
ALWAYS = ("New", "Grown", "Shrunk", "Won", "Lost")
IN_A_WINDOW = ("Pulled In", "Slipped")


def execute(filters: dict[str, Any] | None = None) -> tuple[Any, ...]:
	"""Return columns, rows, message, chart and summary; with the filter `behind` the deals of that movement.

	Amounts in the chosen currency. Raises frappe.ValidationError, in one sentence, for filters that make no sense.
	"""
	if (filters or {}).get("behind"):
		return list_deals(dict(filters or {}))
	scope, window, sums = pipeline_movement(filters)
	message = said_of_days(scope, window)
	if not (window.then and window.now):
		return parts.answer(get_columns(), [], message=message)
	always = (*ALWAYS, *(IN_A_WINDOW if window.first or window.last else ()))
	shown = [name for name in MOVEMENTS if name in always or sums[name]["deals"]]
	words = {**labels(), START: day_text(window.then), END: day_text(window.now)}
	rows = [
		movement_row(name, words[name], sums[name], chosen(filters)) for name in (START, *shown, UNCHANGED)
	]
	change = sums[END]["amount"] - sums[START]["amount"]
	return parts.answer(
		get_columns(),
		rows,
		total=movement_row(END, words[END], sums[END], chosen(filters)),
		currency=scope.currency,
		message=message,
		drawn=get_chart(window, sums, shown, scope.currency),
		summary=[
			parts.amount_part(_("Pipeline Then"), sums[START]["amount"], scope.currency),
			parts.amount_part(_("Came In"), added(sums, UPWARDS), scope.currency, "Green"),
			parts.amount_part(_("Went Out"), added(sums, DOWNWARDS), scope.currency, "Red"),
			parts.amount_part(_("Change"), change, scope.currency, "Blue"),
			parts.amount_part(_("Pipeline Now"), sums[END]["amount"], scope.currency),
		],
	)


def labels() -> dict[str, str]:
	"""Return the words for each movement."""
	return {
		**{"New": _("New"), "Reopened": _("Reopened"), "Moved Here": _("Moved Here from Elsewhere")},
		**{"Pulled In": _("Pulled In"), "Slipped In": _("Slipped In"), "Grown": _("Grown")},
		**{"Shrunk": _("Shrunk"), "Slipped": _("Slipped"), "Brought Forward": _("Brought Forward")},
		**{"Moved Away": _("Moved Away"), "Won": _("Won"), "Lost": _("Lost"), "Gone": _("Gone")},
		"Unchanged": _("Unchanged"),
	}


def said_of_days(scope: Scope, window: Window) -> str:
	"""Return which days are compared, and why not others."""
	if not (window.then and window.now):
		first = first_snapshot()
		if not first:
			return _("There is no snapshot of the pipeline yet; one is taken every night.")
		return _("The pipeline is kept since {0}: choose a period that begins then or later.").format(
			formatdate(first)
		)
	if window.then == window.now:
		return _("Both days have the snapshot of {0}: choose days further apart.").format(
			formatdate(window.then)
		)
	said = [
		_("From the evening of {0} to the evening of {1}.").format(
			formatdate(window.then), formatdate(window.now)
		)
	]
	for asked, found in ((scope.first, window.then), (min(scope.last, scope.today), window.now)):
		if asked != found:
			said.append(_("There is no snapshot of {0}: the one before stands in.").format(formatdate(asked)))
	return " ".join(said)


def day_text(day: date | None) -> str:
	"""Return the words for one of the two ends."""
	return _("Open on {0}").format(formatdate(day))


def chosen(filters: dict[str, Any] | None) -> dict[str, Any]:
	"""Return the filters without what is looked behind."""
	return {key: value for key, value in (filters or {}).items() if value and key != "behind"}


def added(sums: dict[str, dict[str, Any]], names: tuple[str, ...]) -> float:
	"""Return what some movements come to."""
	return sum(sums[name]["amount"] for name in names)


def movement_row(name: str, label: str, sums: dict[str, Any], filters: dict[str, Any]) -> parts.Row:
	"""Return what is shown of a movement."""
	behind = {**filters, "behind": name}
	return {"movement": label, "key": name, **sums, "drill": {"deals": behind, "amount": behind}}


def get_columns() -> parts.Rows:
	"""Return the columns."""
	return [
		parts.column("movement", _("Movement"), width=190),
		parts.count_column("deals", _("Deals"), 80, drill_report=REPORT),
		parts.money_column("amount", _("Amount"), 140, drill_report=REPORT),
	]


def get_chart(window: Window, sums: dict[str, dict[str, Any]], shown: list[str], currency: str) -> parts.Row:
	"""Return the waterfall: each movement begins where the one before ended."""
	words = labels()
	bars = steps(sums[START]["amount"], [sums[name]["amount"] for name in shown])
	drawn = parts.chart(
		[formatdate(window.then), *(words[name] for name in shown), formatdate(window.now)],
		[
			("", [bar.base for bar in bars]),
			(_("Pipeline"), [bar.whole for bar in bars]),
			(_("More"), [bar.up for bar in bars]),
			(_("Less"), [bar.down for bar in bars]),
		],
		currency=currency,
		stacked=True,
	)
	return {**drawn, "colors": [NO_COLOR, BLUE, GREEN, RED]}


def list_deals(filters: dict[str, Any]) -> tuple[Any, ...]:
	"""Return the deals behind a figure."""
	scope, window, found, sums = deals_behind(filters)
	names = parts.full_names(row["deal_owner"] for row in found)
	rows = [
		{
			**{key: row[key] for key in ("deal", "title", "then_stage", "now_stage", "status")},
			**{key: row[key] for key in ("then_close", "now_close")},
			**{key: flt(row[key]) for key in ("then_amount", "now_amount", "amount")},
			"owner_name": names.get(row["deal_owner"], ""),
		}
		for row in found
	]
	message = said_of_days(scope, window)
	if sums["deals"] > MOST_ROWS:
		more = _("The {0} largest of {1} deals; the sums above are of all.").format(MOST_ROWS, sums["deals"])
		message = f"{message} {parts.cut_short(more)}"
	return parts.answer(
		get_deal_columns(),
		rows,
		currency=scope.currency,
		message=message if rows else None,
		summary=[
			parts.number_part(_("Deals"), sums["deals"]),
			parts.amount_part(_("Amount"), sums["amount"], scope.currency),
		],
	)


def get_deal_columns() -> parts.Rows:
	"""Return the columns of the deals behind a figure."""
	return [
		parts.column("deal", _("Deal"), "Link", 160, options="Deal"),
		parts.column("title", _("Title"), width=220),
		parts.column("owner_name", _("Owner"), width=150),
		parts.money_column("amount", _("Moved")),
		parts.money_column("then_amount", _("Amount Then")),
		parts.money_column("now_amount", _("Amount Now")),
		parts.column("then_close", _("To Close Then"), "Date", 120),
		parts.column("now_close", _("To Close Now"), "Date", 120),
		parts.column("then_stage", _("Stage Then"), width=160),
		parts.column("now_stage", _("Stage Now"), width=160),
		parts.column("status", _("Status Today"), width=100),
	]
