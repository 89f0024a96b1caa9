"""What a deal's money adds up to: shares of documents, and the amounts and days that follow from them.

A document's total belongs to its deals in proportion to the net amounts of their rows, so that each deal carries its share
of taxes, charges, discounts and rounding, and the shares of one document add up to its total exactly. All amounts are in
company currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import Enum
from typing import Literal

ZERO, WHOLE = Decimal(0), Decimal(1)
NO_DEAL = ""

# Journal Entry types of ERPNext that move money, whatever their rows say.
PAYMENT_JOURNALS = frozenset({"Bank Entry", "Cash Entry", "Credit Card Entry"})
# The difference between the rates of an invoice and its payment belongs to the payment that settled it; that between an
# invoice and its credit note, which names no payment, does not.
EXCHANGE_DIFFERENCE_JOURNAL = "Exchange Gain Or Loss"
# Types that settle an invoice without money, even where a bank account is among their rows.
CASHLESS_JOURNALS = frozenset(
	{"Write Off Entry", "Credit Note", "Debit Note", "Exchange Rate Revaluation", "Opening Entry"}
)
# ERPNext's types of the accounts that money lies on, and what a row names that refers to a payment.
BANK_AND_CASH = ("Bank", "Cash")
PAYMENT_REFERENCES = ("Payment Entry", "Journal Entry")

BillingStatus = Literal["Not Billed", "Partly Billed", "Billed", "Partly Paid", "Paid"]


class Kind(Enum):
	"""What a document does to a deal's money."""

	QUOTATION = "quotation"
	ORDER = "order"
	INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class BilledDocument:
	"""A submitted document that counts, with the net amount of each deal's rows in it (`NO_DEAL` for the rest).

	`total` is what it posts, `counted` the part of it that counts: of a closed order what was billed.
	"""

	kind: Kind
	name: str
	total: Decimal
	weights: Mapping[str, Decimal]
	paid: Decimal = ZERO
	outstanding: Decimal = ZERO
	counted: Decimal = WHOLE
	day: date | None = None
	last_paid_on: date | None = None
	is_return: bool = False


@dataclass(frozen=True, slots=True)
class Milestones:
	"""On which days a deal was ordered, invoiced and paid; from when until when anything was billed, returns included."""

	first_ordered_on: date | None = None
	first_invoiced_on: date | None = None
	last_paid_on: date | None = None
	billed_from: date | None = None
	billed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Journal:
	"""What of a Journal Entry tells whether it moved money; `names_payment`: a row refers to a payment or to a journal."""

	voucher_type: str
	has_bank_or_cash_row: bool = False
	names_payment: bool = False


@dataclass(frozen=True, slots=True)
class DealAmounts:
	"""The five amounts of a deal, in company currency, taxes included."""

	quoted: Decimal = ZERO
	ordered: Decimal = ZERO
	invoiced: Decimal = ZERO
	paid: Decimal = ZERO
	outstanding: Decimal = ZERO
	digits: int = field(default=2, compare=False)

	@property
	def billing_status(self) -> BillingStatus:
		"""Tell how far the deal is billed and paid; what is ordered, else what is quoted, is the measure.

		"Paid" says that nothing is owed any more, as ERPNext says it of an invoice: also where the rest was written off.
		What came in is `paid`.
		"""
		if self.invoiced <= 0:
			return "Not Billed"
		billed_in_full = self.invoiced >= (self.ordered or self.quoted)
		if self.outstanding <= 0 and billed_in_full:
			return "Paid"
		if self.paid > 0:
			return "Partly Paid"
		return "Billed" if billed_in_full else "Partly Billed"


def shares(total: Decimal, weights: Mapping[str, Decimal], digits: int) -> dict[str, Decimal]:
	"""Split `total` by signed weights into amounts of `digits` decimals that add up to it exactly.

	Largest remainder method (Hare quota); equal remainders go to the first key in order, so that the result never depends
	on the order of rows. Weights that cancel out count by their size, and weights that are all zero count alike.
	"""
	effective = _effective_weights(weights)
	unit = Decimal(1).scaleb(-digits)
	units = (total / unit).to_integral_value(ROUND_HALF_EVEN)
	whole = sum(effective.values(), ZERO)
	exact = {key: units * weight / whole for key, weight in effective.items()}
	floors = {key: value.to_integral_value(ROUND_FLOOR) for key, value in exact.items()}
	left = int(units - sum(floors.values(), ZERO))
	by_remainder = sorted(exact, key=lambda key: (floors[key] - exact[key], key))
	for key in by_remainder[:left]:
		floors[key] += 1
	return {key: value * unit for key, value in floors.items()}


def _effective_weights(weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
	if sum(weights.values(), ZERO) != 0:
		return dict(weights)
	sizes = {key: abs(weight) for key, weight in weights.items()}
	return sizes if any(sizes.values()) else {key: Decimal(1) for key in weights}


def deal_amounts(deal: str, documents: Iterable[BilledDocument], digits: int) -> DealAmounts:
	"""Add up a deal's shares of the documents that bear its rows."""
	sums = {"quoted": ZERO, "ordered": ZERO, "invoiced": ZERO, "paid": ZERO, "outstanding": ZERO}
	for document in documents:
		for name, amount in _amounts_of(document).items():
			sums[name] += shares(amount, document.weights, digits).get(deal, ZERO)
	return DealAmounts(**sums, digits=digits)


def _amounts_of(document: BilledDocument) -> dict[str, Decimal]:
	if document.kind is Kind.QUOTATION:
		return {"quoted": document.total}
	if document.kind is Kind.ORDER:
		return {"ordered": document.total * document.counted}
	return {"invoiced": document.total, "paid": document.paid, "outstanding": document.outstanding}


def net_amounts(deal: str, documents: Iterable[BilledDocument]) -> dict[str, Decimal]:
	"""Return the five amounts of a deal without taxes, in company currency, by their names in DealAmounts.

	What its rows come to net; of what is paid and open the same part as their net amount is of the document's total, as
	nobody can say whether he has paid the goods or the taxes.
	"""
	sums = {"quoted": ZERO, "ordered": ZERO, "invoiced": ZERO, "paid": ZERO, "outstanding": ZERO}
	for document in documents:
		net = document.weights.get(deal, ZERO)
		for name, part in _parts_that_count(document).items():
			sums[name] += net * part
	return sums


def _parts_that_count(document: BilledDocument) -> dict[str, Decimal]:
	if document.kind is Kind.QUOTATION:
		return {"quoted": WHOLE}
	if document.kind is Kind.ORDER:
		return {"ordered": document.counted}
	if not document.total:
		return {"invoiced": WHOLE}
	settled = {"paid": document.paid, "outstanding": document.outstanding}
	return {"invoiced": WHOLE, **{name: amount / document.total for name, amount in settled.items()}}


def milestones(documents: Iterable[BilledDocument]) -> Milestones:
	"""Return the days of a deal by the documents that bear its rows. A return bills nothing that could be waited for."""
	days: dict[Kind, list[date]] = {kind: [] for kind in Kind}
	invoiced, paid = [], []
	for document in documents:
		days[document.kind] += [document.day] if document.day else []
		paid += [document.last_paid_on] if document.last_paid_on else []
		if document.kind is Kind.INVOICE and document.day and not document.is_return:
			invoiced.append(document.day)
	return Milestones(
		first_ordered_on=min(days[Kind.ORDER], default=None),
		first_invoiced_on=min(invoiced, default=None),
		last_paid_on=max(paid, default=None),
		billed_from=min(days[Kind.INVOICE], default=None),
		billed_until=max(days[Kind.INVOICE], default=None),
	)


def closed_order_part(net: Decimal, billed_net: Decimal) -> Decimal:
	"""Return what part of a closed order counts: the one that was billed, never more than the whole.

	`net` and `billed_net` are sums over its rows in the order's own currency (ERPNext: amount, billed_amt).
	"""
	if net <= 0:
		return ZERO
	return max(ZERO, min(WHOLE, billed_net / net))


def is_payment_journal(journal: Journal) -> bool:
	"""Tell whether a Journal Entry that settles an invoice moved money, by ERPNext's types, accounts and references."""
	if journal.voucher_type == EXCHANGE_DIFFERENCE_JOURNAL:
		return journal.names_payment
	if journal.voucher_type in PAYMENT_JOURNALS:
		return True
	return journal.voucher_type not in CASHLESS_JOURNALS and journal.has_bank_or_cash_row
