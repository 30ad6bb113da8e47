"""The service, editions of boundaries, divisions, neighbourhoods, areas, streets and addresses."""

from __future__ import annotations

from django.db import models


class ServiceProfile(models.Model):
    """The one police service of this deployment: its name, its lines and its languages, as it brought them."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    profile = models.JSONField()
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="service_profile_is_one_row")]


class Edition(models.Model):
    """One edition of official boundaries, with the file it came from."""

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=40)
    valid_from = models.DateField()
    schematic = models.BooleanField(default=False)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    report = models.JSONField(default=dict)
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_edition_a_name"),
            models.UniqueConstraint(fields=["kind", "valid_from"], name="one_edition_a_day"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["neighbourhoods", "divisions"]), name="edition_kind_is_known"
            ),
        ]


class Division(models.Model):
    """A command district of the service in one edition."""

    edition = models.ForeignKey("byname.Edition", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    address = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    boundary = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="one_division_a_code"),
            models.UniqueConstraint(fields=["edition", "slug"], name="one_division_a_slug"),
        ]


class Neighbourhood(models.Model):
    """An official small area in one edition: joined by its official id, never by name."""

    edition = models.ForeignKey("byname.Edition", on_delete=models.CASCADE, related_name="+")
    official_id = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120)
    classification = models.CharField(max_length=80, blank=True)
    population = models.PositiveIntegerField(null=True)
    boundary = models.JSONField()
    area_km2 = models.FloatField()
    label_lat = models.FloatField()
    label_lon = models.FloatField()
    home_division_code = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "official_id"], name="one_neighbourhood_an_id"),
            models.UniqueConstraint(fields=["edition", "slug"], name="one_neighbourhood_a_slug"),
        ]


class HomeLanguages(models.Model):
    """How many people speak which language most often at home, by neighbourhood, with the file that says so."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    people = models.JSONField()
    """By official id, then by language code."""
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="home_languages_are_one_row")]


class DivisionShare(models.Model):
    """How much of a neighbourhood's land lies in a division (0 to 1)."""

    neighbourhood = models.ForeignKey("byname.Neighbourhood", on_delete=models.CASCADE, related_name="+")
    division = models.ForeignKey("byname.Division", on_delete=models.CASCADE, related_name="+")
    share = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["neighbourhood", "division"], name="one_share_a_pair")]


class Area(models.Model):
    """What a team serves: one neighbourhood, several, or a hand-drawn place; under an address of its own for years."""

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    division_code = models.CharField(max_length=12)
    served_since = models.DateField(null=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    boundary = models.JSONField(null=True)


class AreaNeighbourhood(models.Model):
    """One neighbourhood an area is made of, by its official id, so that a new boundary changes no area."""

    area = models.ForeignKey("byname.Area", on_delete=models.CASCADE, related_name="+")
    official_id = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "official_id"], name="one_area_neighbourhood_a_pair")]
        indexes = [models.Index(fields=["official_id"], name="areas_by_neighbourhood")]


class AddressFile(models.Model):
    """One file of addresses as it was brought in; its next edition under the same name replaces it."""

    name = models.CharField(max_length=120, unique=True)
    sha256 = models.CharField(max_length=64)
    addresses = models.PositiveIntegerField()
    landmarks = models.PositiveIntegerField()
    brought_at = models.DateTimeField()


class Street(models.Model):
    """A street that has addresses, as one file writes it, with its words parted as people search for them."""

    file = models.ForeignKey("byname.AddressFile", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    search_key = models.CharField(max_length=120)
    type = models.CharField(max_length=12, blank=True)
    direction = models.CharField(max_length=2, blank=True)
    addresses = models.PositiveIntegerField()
    middle_number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "name"], name="one_street_a_name")]


class Address(models.Model):
    """One numbered address and where it is."""

    street = models.ForeignKey("byname.Street", on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    suffix = models.CharField(max_length=12, blank=True)
    high_number = models.PositiveIntegerField(null=True)
    municipality = models.CharField(max_length=60, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    neighbourhood_id_told = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["street", "number"], name="address_by_street_number")]


class Landmark(models.Model):
    """A named place people search for: a library, a park, a station."""

    file = models.ForeignKey("byname.AddressFile", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=160)
    address_text = models.CharField(max_length=160, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    neighbourhood_id_told = models.PositiveIntegerField(null=True)
