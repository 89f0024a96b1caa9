"""Stages that follow documents: forward on new facts, back when they vanish, and nothing twice."""

from hypothesis import given
from hypothesis import strategies as st

from crm_plus.rules.deal_follow import Fact, Move, follow
from crm_plus.rules.deal_stages import Stage

QUOTED, ORDERED, BILLED, PAID = "Quotation Submitted", "Order Submitted", "Invoice Submitted", "Invoice Paid"
LOST, CANCELLED = "Quotation Lost", "Order Cancelled"


def stage(position, name, outcome="Open", advance_on=""):
	return Stage(
		name=name, stage_name=name, pipeline="P", position=position, outcome=outcome, advance_on=advance_on
	)


STAGES = [
	stage(1, "New"),
	stage(2, "Qualified"),
	stage(3, "Proposal", advance_on=QUOTED),
	stage(4, "Negotiation"),
	stage(5, "Won", "Won", ORDERED),
	stage(6, "Cash", "Won", PAID),
	stage(7, "Lost", "Lost", LOST),
]
Q1, Q2, O1, O2 = Fact(QUOTED, "Q1"), Fact(QUOTED, "Q2"), Fact(ORDERED, "O1"), Fact(ORDERED, "O2")
B1, P1 = Fact(BILLED, "I1"), Fact(PAID, "I1")
L1 = Fact(LOST, "Q1")


class Deal:
	"""A deal that obeys `follow`, as the workflow does: moves, remembers, and writes its history."""

	def __init__(self, at="New"):
		self.stage, self.known, self.history = at, set(), [Move("", at)]

	def drag(self, to):
		self.history.append(Move(self.stage, to))
		self.stage = to

	def see(self, *facts):
		decision = follow(STAGES, self.stage, self.history, self.known, set(facts))
		self.known = set(facts)
		if decision:
			back = decision.fact is None
			self.history.append(Move(self.stage, decision.stage, decision.fact, back))
			self.stage = decision.stage
		return self.stage


def test_a_quotation_moves_forward_and_an_order_wins():
	deal = Deal()
	assert deal.see(Q1) == "Proposal"
	assert deal.see(Q1, O1) == "Won"


def test_the_same_event_twice_is_one_move():
	deal = Deal()
	deal.see(Q1)
	deal.see(Q1)
	assert len(deal.history) == 2


def test_cancelling_the_order_takes_the_deal_back_to_where_it_stood():
	deal = Deal()
	deal.see(Q1)
	deal.see(Q1, O1)
	assert deal.see(Q1) == "Proposal"
	assert deal.see() == "New"


def test_everything_cancelled_at_once_goes_back_all_the_way():
	deal = Deal()
	deal.see(Q1)
	deal.see(Q1, O1)
	assert deal.see() == "New"


def test_a_second_order_keeps_the_deal_won():
	deal = Deal()
	deal.see(O1)
	assert deal.see(O1, O2) == "Won"
	assert deal.see(O2) == "Won"
	assert deal.see() == "New"


def test_a_lesser_event_never_moves_back():
	deal = Deal()
	deal.see(O1)
	assert deal.see(O1, Q1) == "Won"


def test_a_quotation_made_after_the_win_still_justifies_its_stage():
	deal = Deal()
	deal.see(O1)
	deal.see(O1, Q1)
	assert deal.see(Q1) == "Proposal"


def test_where_a_person_moved_it_the_deal_stays():
	deal = Deal()
	deal.see(Q1)
	deal.drag("Negotiation")
	assert deal.see() == "Negotiation"


def test_a_person_may_move_back_and_only_a_new_document_moves_on_again():
	deal = Deal()
	deal.see(Q1, O1)
	deal.drag("Qualified")
	assert deal.see(Q1, O1) == "Qualified"
	assert deal.see(Q1, O1, O2) == "Won"


def test_a_person_between_two_documents_is_where_it_goes_back_to():
	deal = Deal()
	deal.see(Q1)
	deal.drag("Negotiation")
	deal.see(Q1, O1)
	assert deal.see(Q1) == "Negotiation"


def test_a_won_deal_moves_on_to_a_later_won_stage_and_back():
	deal = Deal()
	deal.see(O1)
	assert deal.see(O1, P1) == "Cash"
	assert deal.see(O1) == "Won"


def test_an_invoice_without_an_order_wins_as_an_order_would():
	deal = Deal()
	deal.see(Q1)
	assert deal.see(Q1, B1) == "Won"
	assert deal.see(Q1) == "Proposal"


def test_an_invoice_of_the_order_keeps_the_deal_won():
	deal = Deal()
	deal.see(O1)
	assert deal.see(O1, B1) == "Won"
	assert deal.see(B1) == "Won"
	assert deal.see() == "New"


def test_a_lost_quotation_loses_and_a_new_one_revives():
	deal = Deal()
	deal.see(Q1)
	assert deal.see(L1) == "Lost"
	assert deal.see(Q2) == "Proposal"


def test_a_won_deal_is_not_lost_by_a_quotation():
	deal = Deal()
	deal.see(O1)
	assert deal.see(O1, L1) == "Won"


def test_a_deal_lost_by_hand_only_comes_back_by_winning():
	deal = Deal()
	deal.drag("Lost")
	assert deal.see(Q1) == "Lost"
	assert deal.see(Q1, O1) == "Won"


def test_a_second_taking_back_after_a_second_advance():
	deal = Deal()
	deal.see(Q1)
	deal.see(Q1, O1)
	deal.see(Q1)
	assert deal.see(Q1, O2) == "Won"
	assert deal.see(Q1) == "Proposal"


facts = st.sets(st.sampled_from([Q1, Q2, O1, O2, P1]))


@given(st.lists(facts, max_size=8))
def test_a_deal_that_only_documents_move_ends_where_the_last_documents_put_it(sequence):
	"""Whatever came between, in whatever order: the present facts alone decide."""
	travelled = Deal()
	for seen in sequence:
		travelled.see(*seen)
	fresh = Deal()
	fresh.see(*(sequence[-1] if sequence else ()))
	assert travelled.stage == fresh.stage


@given(st.lists(facts, max_size=8))
def test_seeing_the_same_facts_again_moves_nothing(sequence):
	deal = Deal()
	for seen in sequence:
		deal.see(*seen)
		before = list(deal.history)
		deal.see(*seen)
		assert deal.history == before


def test_a_stage_of_another_pipeline_is_left_alone():
	assert follow(STAGES, "Elsewhere", [], set(), {Q1}) is None


def test_a_retired_stage_is_not_entered():
	retired = [
		Stage("A", "A", "P", 1),
		Stage("B", "B", "P", 2, advance_on=QUOTED, is_retired=True),
	]
	assert follow(retired, "A", [], set(), {Q1}) is None
