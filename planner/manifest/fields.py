"""The columns of a manifest and of a boarding report, and what may never be a column.

Politics, religion, ethnicity and military service are never collected: whoever holds the list at a
checkpoint could sort people by them. Headers are compared in English, Arabic and Russian, without
accents, vowel marks and invisible characters, with look-alike letters taken for each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Needs = Literal["", "medical", "border"]


@dataclass(frozen=True)
class Field:
    """A column: its name, what stands in it, and what it is for where not every list needs it."""

    name: str
    means: str
    needs: Needs = ""


def _fields(text: str, needs: Needs = "") -> tuple[Field, ...]:
    pairs = (line.split(": ", 1) for line in text.splitlines() if line.strip())
    return tuple(Field(name.strip(), means.strip(), needs) for name, means in pairs)


FIELDS: tuple[Field, ...] = (
    *_fields(
        """
        movement: id of the movement (convoy)
        vehicle: id of the sortie
        kind: seat or stretcher
        number: of the seat or stretcher place; may stay empty
        person: opaque token; one of those on the blank, never a name
        group: code of the group, as on the blank
        family: number of the family unit; who shares it rides in one vehicle
        guardian: token of the adult in charge of a child
        unaccompanied_child: yes where a child travels without an adult in charge
        companion_of: token of the patient whom this person goes with
        baggage_kg: whole kilograms
        consent: explicit, implicit or proxy
        """
    ),
    *_fields(
        """
        precedence: urgent, priority or routine; for medical roles alone
        mobility: walks, needs help, wheelchair or lies; for medical roles alone
        """,
        "medical",
    ),
    *_fields(
        """
        name: as in the travel document; only where a border demands it
        sex: f, m or x; only where a border demands it
        birth_year: four digits; only where a border demands it
        nationality: two or three letters of ISO 3166; only where a border demands it
        document: number of the travel document; only where a border demands it
        """,
        "border",
    ),
)
"""The columns of a manifest in the order of the blank."""

UPDATE_FIELDS: tuple[Field, ...] = _fields(
    """
    person: token on the manifest
    status: listed, present, boarded, no-show, refused or arrived
    time: when it was seen, like 2012-12-13T08:20 on the clock of the place, or with an offset
    by: function or initials of who reports
    handed_over_to: who took the person over on arrival; may stay empty
    """
)
"""The columns of a boarding report."""

_WORDS = {
    "token": "person", "person_token": "person", "seat": "kind", "place": "kind",
    "seat_or_stretcher": "kind", "seat_no": "number", "seat_number": "number", "convoy": "movement",
    "sortie": "vehicle", "group_id": "group", "family_unit": "family", "baggage": "baggage_kg",
    "full_name": "name", "year_of_birth": "birth_year", "citizenship": "nationality",
    "document_number": "document", "passport": "document", "at": "time", "reported_by": "by",
}  # fmt: skip


def fields_for(needs: frozenset[str]) -> tuple[Field, ...]:
    """The columns of a manifest for these needs ("medical", "border"), the plain ones always."""
    return tuple(field for field in FIELDS if not field.needs or field.needs in needs)


def field_named(header: str, known: tuple[Field, ...]) -> Field | None:
    """The column that a header means, or None."""
    words = re.sub(r"[\W_]+", "_", _bare(header)).strip("_")
    names = {field.name: field for field in known}
    return names.get(words) or names.get(_WORDS.get(words, ""))


# ------------------------------------------------------------------ what is never collected

# Topic → stems (found anywhere in a word) and whole words; compared after ``_bare``.
_STEMS: dict[str, str] = {
    "politics": "politic partisan ideolog affiliat "
    "سياس حزب انتماء ولاء полит партий партия идеолог",
    "religion": "relig faith belief denominat confession church mosque worship christian muslim "
    "alawi druze yazidi ديان مذهب طائف كنيس مسيح مسلم شيع علوي درز ايزيد معتقد "
    "религ конфесс вероиспов церк мечет мусульм христиан",
    "ethnicity": "ethnic racial tribal tribe kurdish عرقي قومية قبيل عشير كردي "
    "этнич национальн народност племен",
    "military service": "militar militia soldier conscript combatant weapon regiment brigade "
    "عسكر تجنيد مجند ميليشي مليشي سلاح كتيبة "
    "военн воинск призыв солдат ополчен оруж",
}
_WHOLE: dict[str, str] = {
    "politics": "party parties vote votes взгляды",
    "religion": "sect creed rite god sunni shia دين الدين ملة الملة سني السني вера веры",
    "ethnicity": "race clan caste عرق العرق اثني اثنية الاثنية нация клан племя раса",
    "military service": "army rank service draft veteran جيش الجيش رتبة الرتبة خدمة الخدمة "
    "армия армии служба звание",
}
_LATIN_FOR = str.maketrans("аеорсухіјѕԁһ", "aeopcyxijsdh")
_CYRILLIC_FOR = str.maketrans("aeopcyxijs", "аеорсухіјѕ")
_LETTERS_FOR_DIGITS = tuple(str.maketrans("0134578", f"o{one}eastb") for one in "il")
_ALEF = str.maketrans(
    {**dict.fromkeys("أإآٱ", "ا"), "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": ""}
)


def forbidden(header: str) -> str:
    """The topic that a column of this name would collect and that never may be; "" where none."""
    plain = _bare(header)
    spellings = {
        plain,
        plain.translate(_LATIN_FOR),
        plain.translate(_CYRILLIC_FOR),
        *(plain.translate(letters) for letters in _LETTERS_FOR_DIGITS),
    }
    for spelling in spellings:
        words = [word for word in re.split(r"[\W_]+", spelling) if word]
        joined = "".join(words)
        for topic, stems in _STEMS.items():
            if any(_bare(stem) in joined for stem in stems.split()):
                return topic
        for topic, whole in _WHOLE.items():
            if set(words) & {_bare(word) for word in whole.split()}:
                return topic
    return ""


def _bare(text: str) -> str:
    """Lower case, without accents, vowel marks and invisible characters."""
    plain = unicodedata.normalize("NFKD", text[:2000].casefold()).translate(_ALEF)
    kept = [
        letter
        for letter in plain
        if not unicodedata.combining(letter) and unicodedata.category(letter) not in ("Cf", "Cc")
    ]
    return "".join(kept).replace("й", "и").strip()
