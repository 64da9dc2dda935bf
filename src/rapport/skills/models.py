"""The vocabulary in the database: skills, the words for them, and how near they are to one another."""

from django.db import models
from django.db.models import F, Q

from rapport.lib.ids import new_id


class Skill(models.Model):
    """A skill. `normal` is what two spellings are compared by."""

    class Source(models.TextChoices):
        STARTER = "starter", "Starter vocabulary"
        ESCO = "esco", "ESCO"
        RECRUITER = "recruiter", "Added here"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    normal = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.RECRUITER)
    external_uri = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("normal", name="skills_skill_normal_unique"),
            models.CheckConstraint(condition=~Q(normal=""), name="skills_skill_named"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """Another word for a skill, in a language ("" is any)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="aliases")
    text = models.CharField(max_length=200)
    normal = models.CharField(max_length=200)
    language = models.CharField(max_length=5, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("normal", "language", name="skills_alias_normal_unique")]

    def __str__(self) -> str:
        return self.text


class Relation(models.Model):
    """Knowing `skill` counts as `weight` (0 to 1) of knowing `related`."""

    pk = models.CompositePrimaryKey("skill_id", "related_id")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="relations", db_index=False)
    related = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    weight = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="skills_relation_weight"),
            models.CheckConstraint(condition=~Q(skill=F("related")), name="skills_relation_not_itself"),
        ]
