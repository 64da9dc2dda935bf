"""How alike two values of one field are: the same, nearly, partly, or different. Pure.

| level | names                             | dates and numbers                  | texts                          |
|-------|-----------------------------------|------------------------------------|--------------------------------|
| SAME  | equal                             | equal                              | equal                          |
| NEAR  | a slip of the pen, spaces         | one digit wrong or two swapped     | a few letters, order of words  |
| PART  | an initial, a short form, one of  | two digits wrong; day and month    | half of the words              |
|       | several names                     | swapped; the year alone            |                                |
| OTHER | different                         | different                          | different                      |
"""

import re
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from rapport.hygiene.person_records import sound

DIFFERENT, PART, NEAR, SAME = range(4)
_distance, _jaro = OSA.distance, JaroWinkler.similarity

NO_LETTER = re.compile(r"[^a-z]+")
SHORT_FORMS = (
    "alexander alex sascha sasha|alexandra alex sandra|andreas andi andy|andrew andy drew|anthony tony|antonio toni tono|barbara barb babs|"
    "benjamin ben benny|bernhard bernd|catherine cathy kate katie kathy cat|katherine kate kathy katie|charles charlie chuck|christian chris|christina chris tina|"
    "christine chris tina|christopher chris kit|daniel dan danny|david dave|deborah debbie deb|dominic dom nick|donald don|dorothy dot|edward ed eddie ted|"
    "elizabeth liz beth lizzie eliza betty lisa|elisabeth lisa else sissi|emily em|francis frank|francisco paco pancho|franz francis|frederick fred freddie|gabriel gabe|"
    "gerald gerry jerry|gregory greg|guillermo memo|hans johannes|heinrich heinz|helen nell|ignacio nacho|isabella bella isa izzy|jacob jake|james jim jimmy jamie|jennifer jen jenny|"
    "jessica jess jessie|johann hans|john jack johnny jon|jonathan jon|joseph joe joey|jose pepe|joshua josh|josef sepp|judith judy|karl carl|kenneth ken kenny|klaus claus nikolaus|"
    "lawrence larry|leonard leo len|louis lou|lucas luke|luis lucho|manuel manu manolo|margaret maggie meg peggy|maria mary mia|mario|martin marty|mathew matt|matthew matt|matthias matze|maximilian max|"
    "michael mike mick michi micha|mohammed mohamed muhammad mohammad|natalie nat|nathaniel nate|nicholas nick nico|nicolas nico|niklas nick|pamela pam|patricia pat patty trish|patrick pat paddy|peter pete|philip phil|"
    "rachel rae|raymond ray|rebecca becky|richard rick dick rich ricky|robert bob rob bobby robbie|roberto beto|ronald ron|rosario charo|samantha sam|samuel sam|sebastian basti seb|sophia sophie|"
    "stefan steffen stephan|stephanie steph|stephen steve|steven steve|susan sue susie|susanne susi|theodore ted theo|thomas tom tommy|timothy tim|ulrich uli|valentina vale|victoria vicky|vincent vince|"
    "walter walt wally|wilhelm willi willy|william bill will billy liam|wolfgang wolf|zachary zach"
)
_FORMS: dict[str, set[str]] = {}
for _group in SHORT_FORMS.split("|"):
    _long, *_shorts = _group.split()
    for _short in _shorts:
        _FORMS.setdefault(_long, set()).add(_short)
        _FORMS.setdefault(_short, set()).add(_long)


@lru_cache(maxsize=400_000)
def names(a: str, b: str) -> int:
    if a == b:
        return SAME
    if a.replace(" ", "") == b.replace(" ", ""):
        return NEAR
    shorter = min(len(a), len(b))
    if shorter == 1:
        return PART if a[0] == b[0] else DIFFERENT
    distance = _distance(a, b, score_cutoff=3)
    if (distance == 1 and shorter >= 3) or (distance == 2 and shorter >= 6) or (distance == 3 and shorter >= 9):
        return NEAR
    if _jaro(a, b) >= 0.93 or (sound(a) == sound(b) and shorter >= 4 and distance <= 3):
        return NEAR
    if b in _FORMS.get(a, ()) or (a.startswith(b) and len(b) >= 3) or (b.startswith(a) and len(a) >= 3):
        return PART
    words_a, words_b = a.split(), b.split()
    if len(words_a) + len(words_b) > 2 and (set(words_a) & set(words_b) - {"de", "von", "van", "la", "da", "del"}):
        return PART
    return PART if distance <= 2 and shorter >= 4 and a[0] == b[0] else DIFFERENT


@lru_cache(maxsize=200_000)
def texts(a: str, b: str) -> int:
    if a == b:
        return SAME
    bare_a, bare_b = a.replace(" ", ""), b.replace(" ", "")
    if bare_a == bare_b:
        return NEAR
    longer = max(len(bare_a), len(bare_b))
    distance = _distance(bare_a, bare_b, score_cutoff=max(1, longer // 3))
    if distance <= max(1, longer // 5) and min(len(bare_a), len(bare_b)) >= 3:
        return NEAR
    if longer >= 6 and token_sort_ratio(a, b) >= 85:
        return NEAR
    if distance <= longer // 3 and longer >= 5:
        return PART
    shorter, other = (bare_a, bare_b) if len(bare_a) < len(bare_b) else (bare_b, bare_a)
    if len(shorter) >= 5 and shorter in other:
        return PART
    words_a, words_b = set(a.split()), set(b.split())
    common = words_a & words_b
    return (
        PART
        if common and 2 * len(common) >= max(len(words_a), len(words_b)) and max(map(len, common)) > 3
        else DIFFERENT
    )


@lru_cache(maxsize=200_000)
def numbers(a: str, b: str) -> int:
    """House numbers, postcodes, identity numbers, phones."""
    if a == b:
        return SAME
    distance = _distance(a, b, score_cutoff=2)
    shorter = min(len(a), len(b))
    if distance == 1 and shorter >= 2:
        return NEAR
    if (distance == 2 and shorter >= 6) or (shorter >= 6 and (a.endswith(b) or b.endswith(a))):
        return PART
    return DIFFERENT


@lru_cache(maxsize=200_000)
def births(a: str, b: str) -> int:
    if a == b:
        return SAME
    if len(a) == len(b) == 8:
        if _distance(a, b) == 1:
            return NEAR
        if a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
            return NEAR
        alike = (a[:4] == b[:4]) + (a[4:6] == b[4:6]) + (a[6:] == b[6:])
        return PART if alike == 2 or _distance(a, b) == 2 else DIFFERENT
    if a[:4] == b[:4] and len(min(a, b, key=len)) in (4, 6) and max(a, b, key=len).startswith(min(a, b, key=len)):
        return PART
    return NEAR if _distance(a, b) == 1 and min(len(a), len(b)) >= 6 else DIFFERENT


@lru_cache(maxsize=200_000)
def emails(a: str, b: str) -> int:
    if a == b:
        return SAME
    (local_a, _, domain_a), (local_b, _, domain_b) = a.partition("@"), b.partition("@")
    if local_a == local_b and len(local_a) >= 5:
        return NEAR
    if domain_a == domain_b and _distance(local_a, local_b) <= 1 and len(local_a) >= 6:
        return NEAR
    if local_a[0] != local_b[0]:
        return DIFFERENT
    bare_a, bare_b = (NO_LETTER.sub("", local) for local in (local_a, local_b))
    return PART if bare_a == bare_b and len(bare_a) >= 6 else DIFFERENT


def links(a: str, b: str) -> int:
    """The same profile, or the same handle on another site; handles that a name and a number make are nobody's slip."""
    if a == b:
        return SAME
    handle = a.rpartition("/")[2]
    return NEAR if len(handle) >= 6 and handle == b.rpartition("/")[2] else DIFFERENT


def words(a: str, b: str) -> int:
    """Regions, countries and the like: the same, a slip, or different."""
    if a == b:
        return SAME
    return NEAR if min(len(a), len(b)) >= 3 and _distance(a, b) == 1 else DIFFERENT


def best_of(compare: Callable[[str, str], int]) -> Callable[[tuple[str, ...], tuple[str, ...]], int]:
    def best(a: tuple[str, ...], b: tuple[str, ...]) -> int:
        if len(a) == 1 and len(b) == 1:
            return compare(a[0], b[0])
        return max(compare(one, other) for one in a[:6] for other in b[:6])

    return best


def shared(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Whether two lists have an entry in common."""
    return DIFFERENT if set(a).isdisjoint(b) else SAME


COMPARE: dict[str, Callable[..., int]] = {
    "given": names, "middle": names, "family": names, "maiden": names, "birth": births, "street": texts, "number": numbers,
    "extra": texts, "place": texts, "postcode": numbers, "region": words, "country": words, "phone": best_of(numbers),
    "email": best_of(emails), "link": best_of(links), "identity": best_of(numbers), "organisation": best_of(texts), "career": shared, "education": shared,
    "title": texts, "gender": words,
}  # fmt: skip
