"""What CRM Plus does when Frappe builds a mail, and before a process may send one."""

from typing import Any

from crm_plus.overrides.guard import never_in_the_way
from crm_plus.workflows import opt_out_headers


@never_in_the_way()
def make_email_body_message(mail: Any) -> None:
	"""Let the receiver of an outreach opt out in his mail program."""
	opt_out_headers.write(mail.msg_root)


def before_job(**_job: Any) -> None:
	"""Have Python know our headers in this process: to import them is enough, so each job after the first costs nothing."""


def before_request() -> None:
	"""Have Python know our headers in this process, as before a job: people send mails from the queue by hand, too."""
