"""Words that very many experts use: whoever uses one has a label for it, as for a sector or a language.

An index finds the hundred who use a rare word at once, but takes seconds for the hundred thousand who use a common one. Once
a day the common words are read from a sample of what experts write; whoever asks for one of them is answered by bitmaps.
A label says what `ExpertQuerySet.search` would find, and triggers keep it with the others.
"""

from django.db import connection, transaction
from django.db.models import CharField, Value

from classifications.names import ORDER
from classifications.search import Folded
from experts.models.finding import CHUNK, Kind, Word
from experts.tally import fold

COMMON = 5_000  # experts who use a word, from whom on it is common; no longer if fewer than half as many use it
MOST = 200  # words, each of which takes a bitmap
SAMPLE = 20_000  # experts whose words are read


def common_among(words):
    """What is common among words that somebody asks for: rows for `Names`, each under the word as it is asked for."""
    nameless = {f"name_{each}": Value("") for each in ORDER}
    return {
        f"word {n}": (
            Word.objects.filter(is_ready=True, word=Folded(Value(word))).annotate(
                asked=Value(word, output_field=CharField()), **nameless
            ),
            "asked",
        )
        for n, word in enumerate(dict.fromkeys(words.split()))
    }


def choose():
    """Let the words that are common now have labels, and no others; give the sets of those that came and that went."""
    broken_off = Word.objects.filter(is_ready=False).delete()[0]
    used, known = _used(), set(Word.objects.values_list("word", flat=True))
    kept = {word for word in known if used.get(word, 0) >= COMMON / 2}
    new = sorted((word for word, number in used.items() if number >= COMMON and word not in kept), key=used.get)
    new = set(new[len(kept) - MOST :] if len(kept) < MOST else ())
    gone = known - kept
    if new or gone or broken_off:
        Word.objects.filter(word__in=gone).delete()
        Word.objects.bulk_create([Word(word=word) for word in new], ignore_conflicts=True)
        _label_all()
        Word.objects.filter(word__in=new).update(is_ready=True)
    return new, gone


def _used():
    """How many experts use each word, as a sample tells it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM experts_expert")
        (number,) = cursor.fetchone()
        if number < COMMON:
            return {}
        cursor.execute(_USED, [min(100, 100 * SAMPLE / number)])
        return {word: share * number for word, share in cursor}


_USED = """
WITH sample AS MATERIALIZED (SELECT row_number() OVER () AS nth, search_key FROM experts_expert TABLESAMPLE SYSTEM (%s))
SELECT word, count(DISTINCT nth)::float / (SELECT count(*) FROM sample)
FROM sample, string_to_table(search_key, ' ') AS word WHERE word <> '' GROUP BY word HAVING count(DISTINCT nth) > 1
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
        cursor.execute(
            "DELETE FROM experts_tally WHERE label BETWEEN %s AND %s AND label - %s NOT IN (SELECT id FROM experts_word)",
            [Kind.WORD, Kind.WORD + 999_999, Kind.WORD],
        )
