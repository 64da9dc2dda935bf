"""The search index: one folder of Tantivy files, one writer, many readers. Pure: no Django, no database.

Measured at 1,000,000 people on two cores: docs/decisions/ and bench/search.py.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from math import log
from pathlib import Path
from typing import Any
from uuid import UUID

import tantivy
from tantivy import Occur, Query

from rapport.search import analyzers, language, profiles
from rapport.search.compiling import (
    Compiled,
    Lookup,
    Terms,
    all_query,
    any_query,
    beginning,
    compile_query,
    flat,
    tells_apart,
    term,
)
from rapport.search.facets import FacetValue, count_facets, share_for
from rapport.search.fits import JobNeeds, Person, SkillFact
from rapport.search.paging import LatestOfAll, below, count_hits, find_page, ids_of, read_cursor
from rapport.search.profiles import Profile, build_document
from rapport.search.quick import quick_queries
from rapport.search.wording import cut, stem

SORTS = ("relevance", "last_contact", "last_activity", "name", "created")
MAX_LIMIT = 200
MOST_VALUES = 500  # looked at for suggestions
TITLE_WEIGHT = 4.0
TELLING_WORDS = 20
TELLING_PEOPLE = 250_000  # who have one of them, counted for each word: what is looked at beyond skills and titles
FEWEST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom the asking person may see: everybody, or those considered for one of these jobs."""

    everybody: bool = False
    job_ids: tuple[str, ...] = ()


EVERYBODY = Scope(everybody=True)


@dataclass(frozen=True, slots=True)
class Page:
    """Candidate ids in order. `next_cursor` is "" on the last page; `problems` says why nothing was searched for."""

    ids: list[UUID]
    total: int = 0
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    facets_are_estimates: bool = False
    sort: str = "relevance"
    next_cursor: str = ""
    took_ms: float = 0.0
    problems: tuple[language.Problem, ...] = ()


class Writer:
    """The one writer of an index; another on the same folder raises ValueError."""

    def __init__(self, index: tantivy.Index, *, memory_mb: int = 64, thread_count: int = 1) -> None:
        self._writer = index.writer(memory_mb * 1_000_000, thread_count)

    def add(self, new: Iterable[Profile]) -> int:
        """Add people who are not in the index yet; returns how many."""
        count = 0
        for profile in new:
            self._writer.add_document(build_document(profile))
            count += 1
        return count

    def replace(self, changed: Iterable[Profile]) -> int:
        """Put people in the place of their former entries, or add them."""
        count = 0
        for profile in changed:
            self._writer.delete_documents_by_term("id", str(profile.candidate_id))
            self._writer.add_document(build_document(profile))
            count += 1
        return count

    def remove(self, candidate_ids: Iterable[UUID]) -> None:
        for identifier in candidate_ids:
            self._writer.delete_documents_by_term("id", str(identifier))

    def commit(self) -> None:
        """Make everything since the last commit durable and findable."""
        self._writer.commit()

    def close(self) -> None:
        """Wait for merges; the writer cannot be used afterwards."""
        self._writer.wait_merging_threads()


class Engine:
    """An opened index; safe to share between threads. `refresh` shows what was committed since."""

    def __init__(self, index: tantivy.Index) -> None:
        analyzers.register(index)
        self.index = index
        self._latest = LatestOfAll()
        self._spots: tuple[tantivy.Searcher, list[str]] | None = None
        self._lock = threading.Lock()
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path) -> "Engine":
        """A new, empty index in a folder that is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(profiles.schema(), str(folder), reuse=False)
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> "Engine":
        """An existing index; raises ValueError or OSError when there is none that can be read."""
        return cls(tantivy.Index.open(str(folder)))

    @classmethod
    def in_memory(cls, people: Iterable[Profile] = ()) -> "Engine":
        """An index that lives as long as the object."""
        engine = cls(tantivy.Index(profiles.schema()))
        writer = engine.writer(memory_mb=32)
        writer.add(people)
        writer.commit()
        engine.refresh()
        return engine

    def writer(self, *, memory_mb: int = 64, thread_count: int = 1) -> Writer:
        return Writer(self.index, memory_mb=memory_mb, thread_count=thread_count)

    def refresh(self) -> None:
        """Read what was committed, by this or another process; takes about a millisecond."""
        self.index.reload()
        self._searcher = self.index.searcher()

    @property
    def count(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self,
        node: language.Node,
        lookup: Lookup,
        scope: Scope,
        *,
        sort: str = "relevance",
        cursor: str = "",
        limit: int = 50,
        facets: Sequence[str] = (),
        shown: language.Node | None = None,
    ) -> Page:
        """The people who match, in order; archived ones only when the query names `status:`.

        Facets' queries grow from `shown`, the query as it was written, where that is not `node` itself.

        Sorts: SORTS; relevance becomes last_activity when nothing in the query tells people apart. Times sort latest
        first, names from A to Z; ties by id, those of relevance within a page. Pages by relevance and name end
        after paging.MAX_OFFSET people.
        """
        started = time.perf_counter()
        searcher = self._searcher
        sort = _effective_sort(sort, node)
        compiled = compile_query(node, lookup, self._terms(searcher), is_ranked=sort == "relevance")
        if compiled.problems:
            return Page([], problems=tuple(compiled.problems))
        query = _permitted(compiled, scope)
        start = read_cursor(cursor, sort)
        limit = max(1, min(limit, MAX_LIMIT))
        if node == language.Everything() and scope.everybody and sort in profiles.SORT_FIELDS and start is None:
            ids, next_cursor = self._latest.find_page(searcher, query, sort, limit)
            total = int(searcher.num_docs) - count_hits(searcher, _archived())
        else:
            ids, total, next_cursor = find_page(searcher, query, sort, start, limit)
        counted, share = {}, share_for(total)
        if facets and total:
            sample = Query.term_query(profiles.schema(), "sample", share) if share > 1 else None
            compiled = compile_query(node, lookup, self._terms(searcher), within=sample)
            counted = count_facets(searcher, _permitted(compiled, scope), shown or node, facets, total)
        took_ms = (time.perf_counter() - started) * 1000
        return Page(ids, total, counted, share > 1 and bool(counted), sort, next_cursor, took_ms)

    def count_matches(self, node: language.Node, lookup: Lookup, scope: Scope) -> int:
        """How many match."""
        return self.search(node, lookup, scope, sort="created", limit=1).total

    def list_ids(self, node: language.Node, lookup: Lookup, scope: Scope, *, limit: int) -> list[UUID]:
        """Up to `limit` matching ids, latest activity first; for segments and bulk actions."""
        searcher = self._searcher
        compiled = compile_query(node, lookup, self._terms(searcher))
        if compiled.problems:
            return []
        query = _permitted(compiled, scope)
        hits = searcher.search(query, limit, count=False, order_by_field="by_activity").hits
        return ids_of(searcher, [address for _, address in hits])

    def iterate_ids(self, node: language.Node, lookup: Lookup, scope: Scope, *, batch: int) -> Iterator[list[UUID]]:
        """Everybody who matches at this moment, batch by batch, newest first; changes meanwhile move nobody."""
        searcher = self._searcher
        compiled = compile_query(node, lookup, self._terms(searcher))
        query = Query.empty_query() if compiled.problems else _permitted(compiled, scope)
        name, start = profiles.SORT_FIELDS["created"], None
        while True:
            wanted = query if start is None else all_query([query, below(name, start)])
            hits = searcher.search(wanted, batch, count=False, order_by_field=name).hits
            if hits:
                yield ids_of(searcher, [address for _, address in hits])
            if len(hits) < batch:
                return
            start = int(hits[-1][0])

    def list_having(self, field: str, value: str) -> list[UUID]:
        """Everybody, archived or not, with a whole value in a field: whom to write anew when it changes its name."""
        query = flat(term(field, analyzers.whole(value)))
        hits = self._searcher.search(query, max(1, self.count), count=False).hits
        return ids_of(self._searcher, [address for _, address in hits])

    def quick(self, text: str, scope: Scope, *, limit: int = 8) -> list[UUID]:
        """People by beginnings of parts of the name or address, or by any part of a phone number.

        What finds nobody so is looked for once more: as the beginning of a mail domain, then with a slip of the pen in
        the name.
        """
        for wanted in quick_queries(text):
            hits = self._searcher.search(_within([wanted], scope), limit, count=False).hits
            if hits:
                return ids_of(self._searcher, [address for _, address in hits])
        return []

    def knows(self, word: str) -> bool:
        """Whether anybody has a word anywhere."""
        return any(self._searcher.doc_freq("body", token) for token in analyzers.words_of(word))

    def has_value(self, name: str, value: str) -> bool:
        """Whether anybody has a whole value in a field."""
        return bool(self._searcher.doc_freq(name, analyzers.whole(value)))

    def list_values(self, name: str, text: str, scope: Scope, *, limit: int) -> list[str]:
        """Values of a facet's field that begin so, of those one may see, frequent ones first."""
        wanted = analyzers.whole(text)
        query = _within([beginning(name, wanted)], scope, [_archived()])
        found = self._searcher.aggregate(query, {name: {"terms": {"field": name, "size": MOST_VALUES}}})
        values = [str(bucket["key"]) for bucket in found[name]["buckets"]]
        return [value for value in values if analyzers.whole(value).startswith(wanted)][:limit]

    def list_fit_people(
        self,
        needs: JobNeeds,
        scope: Scope,
        *,
        limit: int = 1000,
        known_before: bool = False,
        required: Sequence[str] = (),
    ) -> list[Person]:
        """Those whose titles, skills and text are closest to a job's, with their likeness as a share of the best.

        `known_before` narrows to those who were considered for a job or are in a pool, `required` to those with each of
        these skills.
        """
        searcher = self._searcher
        wanted = [_fit_query(searcher, needs), *([_known_before()] if known_before else [])]
        wanted += [flat(term("skill", analyzers.whole(skill))) for skill in required]
        hits = searcher.search(_within(wanted, scope, [_archived()]), limit, count=False).hits
        people = _people(searcher, hits, hits[0][0] if hits else 0.0)
        return _with_unknown_skills(searcher, needs, people)

    def list_fit_people_of(self, needs: JobNeeds, candidate_ids: Sequence[UUID]) -> list[Person]:
        """The same for certain people; those who are not in the index are missing."""
        searcher = self._searcher
        query = _fit_query(searcher, needs)
        best = searcher.search(all_query([query], [_archived()]), 1, count=False).hits
        them = flat(Query.term_set_query(profiles.schema(), "id", [str(key) for key in candidate_ids]))
        wanted = Query.boolean_query([(Occur.Must, them), (Occur.Should, query)])
        hits = searcher.search(wanted, max(1, len(candidate_ids)), count=False).hits
        people = _people(searcher, hits, best[0][0] if best else 0.0)
        return _with_unknown_skills(searcher, needs, people)

    def find_person(self, candidate_id: UUID) -> Person | None:
        """What fits know of somebody, archived or not."""
        hits = self._searcher.search(term("id", str(candidate_id)), 1, count=False).hits
        return next(iter(_people(self._searcher, hits, 0.0)), None)

    def with_rarity(self, needs: JobNeeds) -> JobNeeds:
        """The needs with what each word of the title weighs: its inverse document frequency among titles."""
        searcher = self._searcher
        rarity = {
            stem(word): log(1 + (searcher.num_docs + 0.5) / (searcher.doc_freq("title", token) + 0.5))
            for word in cut(needs.title)
            for token in analyzers.words_of(word)[:1]
        }
        return replace(needs, title_rarity=rarity)

    def skill_rarity(self, skill: str) -> float:
        """The inverse document frequency of a skill."""
        searcher = self._searcher
        return log(1 + (searcher.num_docs + 0.5) / (searcher.doc_freq("skill", analyzers.whole(skill)) + 0.5))

    def _terms(self, searcher: tantivy.Searcher) -> Terms:
        return Terms(lambda: self._list_spots(searcher), lambda skill: _skill_score(searcher, skill))

    def _list_spots(self, searcher: tantivy.Searcher) -> list[str]:
        """Every pair of coordinates in the index; remembered until the index changes."""
        with self._lock:
            if self._spots is None or self._spots[0] is not searcher:
                self._spots = (searcher, [found for found, _ in searcher.terms_with_prefix("spot", "")])
            return self._spots[1]


def _people(searcher: tantivy.Searcher, hits: Sequence[Any], best: float) -> list[Person]:
    return [
        Person.unpack(searcher.doc(address)["facts"][0], likeness=min(1.0, score / best) if best else 0.0)
        for score, address in hits
    ]


def _with_unknown_skills(searcher: tantivy.Searcher, needs: JobNeeds, people: list[Person]) -> list[Person]:
    """People with the skills of a job that no vocabulary had when they came, where the text of their work has the words."""
    for need in (*needs.must, *needs.nice):
        words = analyzers.words_of(need.skill)
        if need.is_known or not words:
            continue
        without = [person.key for person in people if all(fact.skill != need.skill for fact in person.skills)]
        them = flat(Query.term_set_query(profiles.schema(), "id", without))
        query = all_query([them, *(flat(Query.term_query(profiles.schema(), "work", word)) for word in words)])
        hits = searcher.search(query, max(1, len(without)), count=False).hits if without else []
        found = {str(key) for key in ids_of(searcher, [address for _, address in hits])}
        fact = SkillFact(need.skill, mention_count=0)
        people = [replace(one, skills=(*one.skills, fact)) if one.key in found else one for one in people]
    return people


def _skill_score(searcher: tantivy.Searcher, skill: str) -> float:
    """About what Tantivy scores a skill key: BM25 of a term that occurs once in a field of any length.

    The rarity is exact, counting those who were replaced as Tantivy does; the factor, alike for all skills, is not.
    """
    everybody = searcher.doc_freq("skill_key", profiles.EVERYBODY_KEY)
    return 1.5 * log((everybody + 1) / (searcher.doc_freq("skill_key", profiles.skill_key(skill)) + 0.5))


def _known_before() -> Query:
    return flat(any_query([term("has", "application"), Query.exists_query("pool")]))


def _archived() -> Query:
    return term("status", "archived")


def _within(queries: list[Query], scope: Scope, without: Sequence[Query] = ()) -> Query:
    """Add what the asking person may see to a query."""
    if not scope.everybody:
        queries = [*queries, flat(any_query([term("job_id", job) for job in scope.job_ids]))]
    return all_query(queries, without)


def _permitted(compiled: Compiled, scope: Scope) -> Query:
    return _within([compiled.query], scope, () if compiled.names_status else [_archived()])


def _effective_sort(sort: str, node: language.Node) -> str:
    if sort not in SORTS:
        sort = "relevance"
    return sort if sort != "relevance" or tells_apart(node) else "last_activity"


# -- Fits ------------------------------------------------------------------------------------------------------------


def _fit_query(searcher: tantivy.Searcher, needs: JobNeeds) -> Query:
    """Skills by their weight, the title four times, and the rarest telling words of the description.

    In a large pool fewer words: those that hundreds of thousands have tell little and take most of the time.
    """
    schema = profiles.schema()
    skills = [(need, 1.0) for need in needs.must] + [(need, 0.5) for need in needs.nice]
    heaviest = max((need.weight for need, _ in skills), default=1.0)
    parts = [
        flat(term("skill", analyzers.whole(need.skill)), 4.0 * share * need.weight / heaviest) for need, share in skills
    ]
    titles = [Query.term_query(schema, "title", word) for word in analyzers.words_of(needs.title)[:8]]
    parts += [Query.boost_query(query, TITLE_WEIGHT) for query in titles]
    counted = [(searcher.doc_freq("work", word), word) for word in needs.telling_words()]
    rarest = sorted(pair for pair in counted if pair[0])[:TELLING_WORDS]
    people = list(accumulate(count for count, _ in rarest))
    parts += [
        Query.term_query(schema, "work", word, "freq")
        for place, (_, word) in enumerate(rarest)
        if place < FEWEST_WORDS or people[place] <= TELLING_PEOPLE
    ]
    return any_query(parts) if parts else Query.all_query()
