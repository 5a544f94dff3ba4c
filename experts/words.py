"""Words that very many experts use: whoever uses one has a label for it, as for a sector or a language.

An index finds the hundred who use a rare word at once, but takes seconds for the hundred thousand who use a common one. Once
a day the common words and the common stems are read from a sample of what experts write. Whoever asks for one of them, for
another form of it ("engineers") or for a part of it ("engin") is answered by bitmaps, and by indexes of all that is not common.
Together they find what `ExpertQuerySet.search` would find. Triggers keep the labels and the rest of the text
(`migrations/0012_forms_and_parts_of_words.py`).
"""

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import F, Func, TextField, Value

from classifications.search import Among, Folded
from experts.models import Expert
from experts.models.finding import CHUNK, Kind, Mark, Tally, Word
from experts.questions import Among as LookedUp
from experts.questions import AnyOf, Both, Either
from experts.tally import fold

COMMON = 5_000  # experts who use a word, from whom on it is common; no longer if fewer than half as many use it
MOST = 200  # words, and as many stems, each of which takes a bitmap
SAMPLE = 20_000  # experts whose words are read


# --- What is asked ----------------------------------------------------------------------------------------------------


class _RareStems(Func):
    """The stems of a folded word that are not common, as a query that one of them answers."""

    template = (
        "array_to_string(ARRAY(SELECT quote_literal(stem) FROM unnest(tsvector_to_array(stems_of(%(expressions)s))) AS stem"
        " WHERE stem NOT IN (SELECT word FROM experts_word WHERE is_stem AND state = 'ready')), ' | ')"
    )
    output_field = TextField()


def common_in(words):
    """What is common about words that somebody asks for: rows for `Names`, which `saying` reads.

    For each word these are the common words of which it is a part, also those that come or go, and the common ones of its
    stems. What folding makes several words of ("water-borne") has none: it is looked up as it stands.
    """
    rows = {}
    for n, word in enumerate(words.split()):
        folded = Folded(Value(word))
        stems = Func(
            Func(folded, function="stems_of"), function="tsvector_to_array", output_field=ArrayField(TextField())
        )
        known = Word.objects.alias(folded=folded).exclude(folded__contains=" ").exclude(folded="")
        known = known.annotate(
            name_en=folded, name_fr=F("state"), name_ar=_RareStems(folded)
        )  # where `Names` has names
        rows[f"words with {n}"] = (known.filter(is_stem=False, word__contains=folded), "word")
        rows[f"stems of {n}"] = (known.filter(Among(F("word"), stems), is_stem=True, state=Word.State.READY), "word")
    return rows


def saying(words, names):
    """The condition that all of `words`, a string, occur in what an expert wrote; signs alone ask for nothing."""
    conditions, rare = [AnyOf((Mark.LISTED,))], []
    for n, word in enumerate(words.split()):
        if common := _Common.of(n, names):
            conditions.append(common.found(f"found{n}"))
        elif any(sign.isalnum() for sign in word):
            rare.append(word)
    if rare:
        sql, params = Expert.objects.order_by().search(" ".join(rare)).values("pk").query.sql_with_params()
        conditions.append(LookedUp("found", f"SELECT id AS expert_id FROM ({sql}) AS found_by_words (id)", params))  # noqa: S608
    return Both(tuple(conditions))


@dataclass
class _Common:
    """What is common about one word that is asked for."""

    folded: str
    is_ready: bool  # whether it is a common word itself, for which all have their labels
    longer: dict  # numbers of the common words of which it is a part, by word
    stems: dict  # and of its common stems
    rare_stems: str  # a query for the others, empty if there are none

    @classmethod
    def of(cls, n, names):
        """What `common_in` found of the word in place `n`; None if that is nothing."""
        longer, stems = f"words with {n}", f"stems of {n}"
        for folded, _state, rare_stems in [*names.known[longer].values(), *names.known[stems].values()]:
            is_ready = folded in names.known[longer] and names.known[longer][folded][1] == Word.State.READY
            return cls(folded, is_ready, names.ids[longer], names.ids[stems], rare_stems)
        return None

    def found(self, name):
        """The condition that it occurs: by labels, and by what has to be looked up beside them, as a set of that name."""
        words = [self.longer[self.folded]] if self.is_ready else self.longer.values()
        labelled = AnyOf(tuple(Kind.WORD + each for each in (*words, *self.stems.values())))
        looked_up = []
        if not self.is_ready:  # letters and digits only, as folding leaves them
            looked_up.append(("SELECT expert_id FROM experts_otherwords WHERE text LIKE %s", f"%{self.folded}%"))
        if self.rare_stems:
            sql = "SELECT id AS expert_id FROM experts_expert WHERE search_stems @@ %s::tsquery"
            looked_up.append((sql, self.rare_stems))
        if not looked_up:
            return labelled
        sql, params = zip(*looked_up, strict=True)
        return Either((labelled, LookedUp(name, " UNION ".join(sql), params)))


# --- What is common ---------------------------------------------------------------------------------------------------


def choose():
    """Let what is common now have labels, and nothing else; give the sets of words and stems that came and that went."""
    used = _used()
    known = {(each.is_stem, each.word): each for each in Word.objects.all()}
    kept = {each for each in known if used.get(each, 0) >= COMMON / 2}
    new = _new(False, used, kept) | _new(True, used, kept)
    gone = known.keys() - kept
    Word.objects.filter(pk__in=[known[each].pk for each in gone]).update(state=Word.State.GOING)
    Word.objects.filter(pk__in=[known[each].pk for each in kept], state=Word.State.GOING).update(
        state=Word.State.COMING
    )
    Word.objects.bulk_create([Word(is_stem=is_stem, word=word) for is_stem, word in new], ignore_conflicts=True)
    if Word.objects.exclude(state=Word.State.READY).exists():  # also what was broken off
        _label_all()
        Word.objects.filter(state=Word.State.COMING).update(state=Word.State.READY)
        Word.objects.filter(state=Word.State.GOING).delete()
        _forget_bitmaps()
    return {word for _is_stem, word in new}, {word for _is_stem, word in gone}


def _new(is_stem, used, kept):
    """The most used words, or stems, that are common and have no labels yet; as many as may come."""
    room = MOST - sum(each[0] == is_stem for each in kept)
    new = [each for each, number in used.items() if each[0] == is_stem and number >= COMMON and each not in kept]
    return set(sorted(new, key=used.get, reverse=True)[: max(room, 0)])


def _used():
    """How many experts use each word and each stem, as a sample tells it; by pairs of whether it is a stem, and the word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM experts_expert")
        (number,) = cursor.fetchone()
        if number < COMMON:
            return {}
        cursor.execute(_USED, [min(100, 100 * SAMPLE / number)])
        return {(is_stem, word): share * number for is_stem, word, share in cursor}


_USED = """
WITH sample AS MATERIALIZED (SELECT search_key, search_stems FROM experts_expert TABLESAMPLE SYSTEM (%s)),
  used (is_stem, word) AS (
    SELECT false, word FROM sample, LATERAL (SELECT DISTINCT string_to_table(search_key, ' ')) AS own (word)
    UNION ALL SELECT true, stem FROM sample, unnest(tsvector_to_array(search_stems)) AS stem)
SELECT is_stem, word, count(*)::float / (SELECT count(*) FROM sample)
FROM used WHERE word <> '' GROUP BY is_stem, word HAVING count(*) > 1
"""


def _label_all():
    """Write the labels of all experts anew, so many at a time as share a bitmap, and count them at once."""
    with connection.cursor() as cursor:
        with transaction.atomic():  # whoever wrote labels before the words were there is done, and is seen below
            cursor.execute("LOCK TABLE experts_findable IN SHARE MODE")
        cursor.execute(f"SELECT DISTINCT expert_id / {CHUNK} FROM experts_findable ORDER BY 1")  # noqa: S608  a number
        for (chunk,) in cursor.fetchall():
            with transaction.atomic():
                cursor.execute(
                    "SELECT experts_label(ARRAY(SELECT id FROM experts_expert WHERE id BETWEEN %s AND %s))",
                    [chunk * CHUNK, (chunk + 1) * CHUNK - 1],
                )
                fold()


def _forget_bitmaps():
    """Delete the bitmaps of words that are no longer common."""
    of_words = Tally.objects.filter(label__gte=Kind.WORD, label__lt=Kind.WORD + 1_000_000)
    of_words.exclude(label__in=Word.objects.values(label=F("pk") + Kind.WORD)).delete()
