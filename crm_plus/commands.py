"""What the app adds to the bench command line."""

from typing import Any

import click
import frappe
from frappe.commands import get_site, pass_context

from crm_plus.jobs import adoption as job
from crm_plus.workflows import adoption, adoption_undo
from crm_plus.workflows.adoption import DRAFT, FAILED, FINISHED, RUN, RUNNING, STOPPED, UNDOING, UNDONE


@click.command("crm-plus-adopt")
@click.option("--status", "only_status", is_flag=True, help="Show the latest run and change nothing.")
@click.option("--undo", "take_back", is_flag=True, help="Take the latest run back.")
@pass_context
def crm_plus_adopt(context: Any, only_status: bool, take_back: bool) -> None:
	"""Take over the customers and sales that a site had before CRM Plus; a run that was stopped goes on."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		_adopt(only_status, take_back)
	finally:
		frappe.destroy()


def _adopt(only_status: bool, take_back: bool) -> None:
	latest = frappe.db.get_value(RUN, {}, ["name", "status"], order_by="creation desc", as_dict=True)
	if only_status or (take_back and not latest):
		_show(latest and latest.name)
		return
	name = _ready_to_undo(latest) if take_back else _ready_to_adopt(latest)
	frappe.db.commit()  # the worker below begins with what is decided here
	job.work(name, _echo)
	_show(name)
	if frappe.db.get_value(RUN, name, "status") == FAILED:
		raise SystemExit(1)


def _ready_to_adopt(latest: Any) -> str:
	"""Return the run to work on: the one that was interrupted, else a new one."""
	_refuse_second_worker()
	if latest and latest.status in (STOPPED, FAILED, RUNNING, UNDOING):
		adoption.set_running(latest.name)
		return latest.name
	name = adoption.prepare().name
	adoption.begin(name)
	adoption.set_running(name)
	return name


def _ready_to_undo(latest: Any) -> str:
	_refuse_second_worker()
	done = frappe.db.get_value(
		RUN,
		{"status": ["in", [FINISHED, STOPPED, FAILED, UNDOING, UNDONE]]},
		"name",
		order_by="creation desc",
	)
	name = done or latest.name
	if frappe.db.get_value(RUN, name, "status") == DRAFT:
		raise click.ClickException(f"{name} has not been started: there is nothing to take back.")
	adoption_undo.begin(name)
	adoption.set_running(name)
	return name


def _refuse_second_worker() -> None:
	if adoption.WORKER.is_at_work():
		raise click.ClickException("A worker is at it already: see --status.")


def _echo(name: str) -> None:
	run = adoption.progress(name)
	click.echo(f"\r{run['status']} {run['percent'] or 0:5.1f} %", nl=False)


def _show(name: str | None) -> None:
	if not name:
		click.echo("Nothing has been taken over yet.")
		return
	run = adoption.progress(name)
	click.echo(f"\r{name}: {run['status']} {run['percent'] or 0:.1f} %")
	for row in run["sources"]:
		counts = "  ".join(
			f"{key} {row[key]}" for key in ("total", "seen", "created", "merged", "linked", "skipped")
		)
		click.echo(f"  {row['source_doctype']:18} {counts}" + ("" if row["take"] else "  (left out)"))
	if run["last_error"]:
		click.echo(f"  {run['last_error']}")


commands = [crm_plus_adopt]
