"""pytest on a site: connects once, before the first test module here is imported, and stays in the bench's `sites`."""

import os
from collections.abc import Iterator

import pytest
from frappe.utils import getdate

from crm_plus.tests import connection, examples

examples.choose_profile()
started_in = os.getcwd()
connection.connect()
# Test modules ask for the site's day when they are imported: with a cold cache Frappe reads files of `sites` for it.
getdate()
os.chdir(started_in)


@pytest.fixture(scope="session", autouse=True)
def in_sites_directory() -> Iterator[None]:
	"""Frappe finds logs and assets relative to `sites`; whoever ran before this folder's tests did not need to care."""
	os.chdir(connection.sites_directory())
	yield
	os.chdir(started_in)
