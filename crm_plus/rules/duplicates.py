"""Who is probably the same as whom: the key of a name, and what speaks for and against a twin."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

from crm_plus.rules.contact_points import tail

# Two name keys are near-same from this share of equal characters on (difflib's ratio): "muller bau" and "mueller bau"
# (0.95) are, "north trading" and "south trading" (0.85) are not.
NEAR_SAME = 0.88
# Shorter keys are the same only when equal: one letter makes another name of them.
MIN_NEAR_LENGTH = 5
# So many first characters of the key must agree for a near-same name to be looked at: an index finds them.
BLOCK_LENGTH = 3
MAX_KEY_LENGTH = 140

LEGAL_FORMS = frozenset(
	word
	for line in (
		"ab ag aps as asa bhd bv bvba co company corp corporation cv doo eg ek ev fzco fze fzllc gbr gesmbh ggmbh",
		"gmbh inc incorporated kft kg kgaa kk limited limitada llc llp lp ltd ltda mbh nv ohg oo oy oyj pjsc plc",
		"private pt pte pty pvt sa sal saoc sarl sas sasu scs sdn se sl slu snc sp spa spolka spz sro srl ug zoo zrt",
	)
	for word in line.split()
)
# Letters that Unicode does not take apart.
PLAIN_LETTERS = str.maketrans(
	{
		"ø": "o",
		"ł": "l",
		"đ": "d",
		"ð": "d",
		"þ": "th",
		"æ": "ae",
		"œ": "oe",
		"ı": "i",
		"&": " and ",
		"+": " and ",
	}
)
ACCENTS = re.compile(r"[\u0300-\u036f]")
# S.A., G.m.b.H., d.o.o.: single letters with dots between are one word. The last dot may be missing.
INITIALS = re.compile(r"\b(?:[^\W\d_]\.){1,4}[^\W\d_]\b\.?")
SP_Z_OO = re.compile(r"\bsp\.?\s*z\.?\s*o\.?\s*o\b\.?")
FILLERS = frozenset({"and", "the", "und", "et"})
SEPARATORS = re.compile(r"[^\w\u0900-\u0dff\u0e00-\u0eff]+|_")


@dataclass(frozen=True)
class Identity:
	"""What a profile is known by, already normalised; "" where it is not known."""

	name_key: str = ""
	email: str = ""
	phone_e164: str = ""
	territory: str = ""


def name_key(name: str | None, *, of_person: bool = False) -> str:
	"""Return a name without case, accents, punctuation, legal forms and word order ("Müller & Co. KG" -> "muller").

	A person keeps all words: "Sal" and "Co" are given names too.
	"""
	words = words_of(name or "")
	telling = words if of_person else [word for word in words if word not in LEGAL_FORMS | FILLERS]
	return " ".join(sorted(telling or words))[:MAX_KEY_LENGTH]


def words_of(name: str) -> list[str]:
	"""Return the words of a name in lower case without accents and punctuation."""
	# Twice, as Unicode says of compatibility caseless matching (D146): "𝐀" only becomes a capital by being taken apart.
	plain = unicodedata.normalize("NFKD", name.casefold())
	plain = ACCENTS.sub("", unicodedata.normalize("NFKD", plain.casefold()))
	plain = SP_Z_OO.sub(" zoo ", unicodedata.normalize("NFC", plain).translate(PLAIN_LETTERS))
	plain = INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", plain)
	return SEPARATORS.sub(" ", plain.replace("'", "").replace("’", "")).split()


def near_same(key: str, other: str) -> bool:
	"""Tell whether two name keys are equal or differ by a slip of the pen; other numbers make another name."""
	if not key or not other:
		return False
	if key == other:
		return True
	if min(len(key), len(other)) < MIN_NEAR_LENGTH or re.findall(r"\d+", key) != re.findall(r"\d+", other):
		return False
	matcher = SequenceMatcher(None, key, other, autojunk=False)
	return matcher.quick_ratio() >= NEAR_SAME and matcher.ratio() >= NEAR_SAME


def same_phone(phone: str, other: str) -> bool:
	"""Tell whether two numbers are one: equal in E.164, or alike in their last nine digits (a country guessed wrong)."""
	return bool(phone and other) and (phone == other or (bool(tail(phone)) and tail(phone) == tail(other)))


def reasons(mine: Identity, other: Identity) -> tuple[str, ...]:
	"""Return why the other is probably the same: "email", "phone", "name" (near-same, in no different territory)."""
	found = []
	if mine.email and mine.email == other.email:
		found.append("email")
	if same_phone(mine.phone_e164, other.phone_e164):
		found.append("phone")
	apart = mine.territory and other.territory and mine.territory != other.territory
	if not apart and near_same(mine.name_key, other.name_key):
		found.append("name")
	return tuple(found)


def belongs(mine: Identity, other: Identity, *, name_is_enough: bool) -> bool:
	"""Tell whether a record of another system is this very one, so that the two may be linked without asking.

	The names must be the same, and the e-mail or the phone. Where both records leave something open, the name alone is
	enough for an organization (`name_is_enough`), as long as no e-mail or phone speaks against it.
	"""
	if not mine.name_key or mine.name_key != other.name_key:
		return False
	if {"email", "phone"} & set(reasons(mine, other)):
		return True
	against = (mine.email and other.email) or (mine.phone_e164 and other.phone_e164)
	return name_is_enough and not against
