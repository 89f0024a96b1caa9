"""What a channel may answer when a message does not simply go out. Needs no Frappe."""


class NotDelivered(Exception):
	"""The message certainly did not leave: it may be tried again. Its text is a sentence for an administrator."""


class Unclear(Exception):
	"""The message may have left or not; only a person can decide whether to send it again."""


class NotWanted(Exception):
	"""The receiver cannot or will not be reached this way: nothing is tried again. Its text is a sentence."""
