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
        ESCO = "esco", "ESCO"
        RECRUITER = "recruiter", "Added here"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    normal = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    matching = models.CharField(max_length=7, choices=Matching, default=Matching.ANY)
    source = models.CharField(max_length=10, choices=Source, default=Source.RECRUITER)
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

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="skills_relation_weight"),
            models.CheckConstraint(condition=~Q(skill=F("related")), name="skills_relation_not_itself"),
        ]


class VocabularyChange(models.Model):
    """One row for each transaction that changed the vocabulary.

    Readers compare how many there are and which is the newest with what they saw when they built their copy. Rows
    instead of a counter, because a counter's row lock would make importers wait for one another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
