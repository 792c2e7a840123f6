"""Nobody sees another's pictures, jobs, masks or files; every address is walked."""

import hashlib

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from editor import collecting, keeping, storage
from editor.imaging import steps
from editor.models import (
    Archive,
    Attempt,
    Collection,
    Draft,
    DraftMask,
    EditJob,
    Event,
    ImportedPack,
    JobState,
    Mask,
    Picture,
    PromptTemplate,
    Result,
    Share,
    Tag,
    UnusableAnswer,
)
from editor.pictures import RENDITION_SIDES, keep_picture, kept, limits_from
from editor.sharing_links import Limits, Shown, make_share
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {"home", "setup", "login", "logout", "healthz", "readyz", "metrics", "static_moved"}
# allauth's names, which stand in no namespace.
OPEN_TO_ALL |= {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# For whoever has the link; tests/views/test_shared_pages.py says what that opens.
BY_LINK = {"share", "share_file", "invited"}

FOR_STAFF = {"attempt_unusable"}
# A pack that was kept leads to its edit.
LEADS_ON = {"pack_imported"}
# Hers, but the bare address asks nothing that could be answered.
NEEDS_A_QUESTION = {"picture_frame"}


LINKS_BY_MAIL = {
    "account_confirm_email": {"key": "of-nobody"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "of-nobody"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}
OTHERS = {
    "invited": ["of-nobody"],
    "session_end": [10**9],
}


def editor_routes() -> list[URLPattern]:
    """Every named address of the editor."""
    found: list[URLPattern] = []

    def walk(resolver: URLResolver) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.namespace in (None, "editor"):
                    walk(entry)
            elif entry.name:
                found.append(entry)

    walk(get_resolver())
    return found


ROUTES = editor_routes()
# Passkeys ask everybody to confirm who they are first: tests/views/test_second_step.py.
BY_ID = [r for r in ROUTES if "pk" in str(r.pattern) and not str(r.name).startswith("mfa_")]
PRIVATE = [route for route in ROUTES if route.name not in OPEN_TO_ALL | BY_LINK]


@pytest.fixture
def belongings(alice):
    """One of everything that Alice can own, with the address parts that lead to it."""
    job = make_job(alice, JobState.DONE)
    data = kept(job.picture).data
    size, box = [320, 240], [0, 0, 320, 240]
    attempt = Attempt.objects.create(
        job=job,
        consent=job.consents.get(),
        state=Attempt.State.SAVED,
        frame={"box": box, "planned": size, "sent": size, "inner": box},
    )
    shown = steps.show(data, limits_from(settings), RENDITION_SIDES)
    made = keep_picture(alice, "made", Picture.Origin.RESULT, data, shown)
    made.save(force_insert=True)
    result = Result.objects.create(
        attempt=attempt,
        index=0,
        raw=storage.put(storage.raw_key(attempt.pk, 0), data),
        raw_sha256=hashlib.sha256(data).hexdigest(),
        raw_bytes=len(data),
        picture=made,
    )
    key = storage.put(storage.unusable_key(attempt.pk), data)
    UnusableAnswer.objects.create(attempt=attempt, file=key, sha256="0" * 64, size=len(data))
    strokes = DraftMask.objects.create(picture=job.picture, file=job.mask.file, sha256="0" * 64)
    Draft.objects.create(
        owner=alice,
        picture=job.picture,
        revision=strokes.pk,
        mask=strokes,
        device="Firefox on Linux",
        changed_at=timezone.now(),
    )
    template = PromptTemplate.objects.create(owner=alice, name="Gold", prompt="golden")
    share, token = make_share(alice, Shown(job.picture), Limits())
    archive = Archive.objects.create(
        owner=alice, kind="pictures", name="Hers", state="ready", bytes=len(data), sha256="0" * 64
    )
    archive.file = storage.put(storage.archive_key(archive.pk, 1), data)
    archive.save()
    thrown = make_picture(alice)
    Picture.objects.filter(pk=thrown.pk).update(deleted_at=timezone.now())
    (tag,) = keeping.tag(alice, [job.picture.pk], ["garden"])
    collection = collecting.add_to_collection(alice, "Best", [job.picture.pk]).collection
    pack = ImportedPack.objects.create(
        owner=alice,
        identity="0" * 64,
        told={"edit": {}},
        found={},
        bytes=1,
        sha256="0" * 64,
        job=job,
    )
    return {
        "import": pack.pk,
        "archives": archive.pk,
        "trash": thrown.pk,
        "tags": tag.pk,
        "collections": collection.pk,
        "templates": template.pk,
        "shares": share.pk,
        "s": token,
        "drafts": strokes.pk,
        "pictures": job.picture.pk,
        "jobs": job.pk,
        "masks": job.mask.pk,
        "results": result.pk,
        "attempts": attempt.pk,
    }


def address(route: URLPattern, belongings: dict) -> str:
    """The route's address for what Alice owns."""
    if route.name == "share":
        return reverse("editor:share", args=[belongings["s"]])
    if route.name == "share_file":
        args = [belongings["s"], belongings["pictures"], "thumb"]
        return reverse("editor:share_file", args=args)
    if of_allauth(route):
        return reverse(name_of(route), kwargs=LINKS_BY_MAIL.get(name_of(route)))
    if "pk" not in str(route.pattern):
        return reverse(f"editor:{route.name}", args=OTHERS.get(name_of(route)))
    key = belongings[str(route.pattern).split("/")[0]]
    return reverse(f"editor:{route.name}", args=[key] * str(route.pattern).count("<"))


def rows() -> tuple:
    """Everything that an unwelcome request might change."""
    return (
        Picture.objects.filter(deleted_at=None).count(),
        Mask.objects.count(),
        sorted(EditJob.objects.values_list("pk", "state", "hidden", "cancel_requested")),
        Event.objects.count(),
        sorted(Draft.objects.values_list("pk", "revision", "prompt")),
        Attempt.objects.count(),
        sorted(Archive.objects.values_list("pk", "state")),
        sorted(Picture.objects.values_list("pk", "deleted_at", "favourite", "rating")),
        sorted(EditJob.objects.values_list("pk", "trashed_at", "purging_at")),
        list(Tag.objects.values_list("name", "pictures")),
        list(Collection.objects.values_list("name", "description", "cover", "items__place")),
        ImportedPack.objects.count(),
        list(PromptTemplate.objects.values_list("name", "prompt")),
        list(Share.objects.values_list("token_sha256", "revoked_at", "max_views")),
    )


def name_of(route: URLPattern) -> str:
    return str(route.name)


def of_allauth(route: URLPattern) -> bool:
    return name_of(route).startswith(("account_", "mfa_"))


@pytest.mark.once
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", BY_ID, ids=name_of)
def test_charlie_is_told_that_nothing_of_alices_exists(charlies, belongings, route, method):
    before = rows()
    answer = getattr(charlies, method)(address(route, belongings))
    assert answer.status_code in (404, 405)
    assert rows() == before


@pytest.mark.once
@pytest.mark.parametrize("route", BY_ID, ids=name_of)
def test_what_is_not_there_looks_the_same_as_what_is_anothers(charlies, belongings, route):
    strange = {
        kind: "00000000-0000-4000-8000-000000000000" if kind != "results" else 10**9
        for kind in belongings
    }
    for method in ("get", "post"):
        theirs = getattr(charlies, method)(address(route, belongings))
        nobodys = getattr(charlies, method)(address(route, strange))
        assert theirs.status_code == nobodys.status_code


@pytest.mark.once
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", PRIVATE, ids=name_of)
def test_who_is_not_logged_in_is_sent_to_the_login(anonymous, belongings, route, method):
    before = rows()
    answer = getattr(anonymous, method)(address(route, belongings))
    assert answer.status_code in (302, 405)
    if answer.status_code == 302:
        assert answer["Location"].startswith(reverse("editor:login"))
    assert rows() == before


@pytest.mark.once
@pytest.mark.parametrize("route", BY_ID, ids=name_of)
def test_alice_reaches_what_is_hers(alices, belongings, route):
    answer = alices.get(address(route, belongings))
    expected = (404,) if route.name in FOR_STAFF else (200, 405)
    expected = (302,) if route.name in LEADS_ON else expected
    expected = (422,) if route.name in NEEDS_A_QUESTION else expected
    assert answer.status_code in expected


def test_a_get_changes_nothing(alices, belongings):
    before = rows()
    for route in ROUTES:
        if route.name not in ("static_moved",):
            alices.get(address(route, belongings))
    assert rows() == before


@pytest.mark.once
@pytest.mark.parametrize("route", PRIVATE, ids=name_of)
def test_a_post_without_the_token_is_refused(alice, belongings, route):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    before = rows()
    assert strict.post(address(route, belongings)).status_code in (403, 405)
    assert rows() == before


def test_rita_sees_pictures_but_does_not_open_other_peoples_studios(ritas, belongings):
    picture = belongings["pictures"]
    assert ritas.get(reverse("editor:picture_thumb", args=[picture])).status_code == 200
    assert ritas.get(reverse("editor:picture_preview", args=[picture])).status_code == 200
    assert ritas.get(reverse("editor:mask_file", args=[belongings["masks"]])).status_code == 200
    assert ritas.get(reverse("editor:studio", args=[picture])).status_code == 404
    assert ritas.get(reverse("editor:job", args=[belongings["jobs"]])).status_code == 404


def test_rita_does_not_get_the_original_bytes(ritas, belongings):
    address = reverse("editor:picture_original", args=[belongings["pictures"]])
    assert ritas.get(address).status_code == 404


def test_a_deleted_picture_is_gone_for_its_owner_too(alices, belongings):
    picture = belongings["pictures"]
    assert alices.post(reverse("editor:picture_delete", args=[picture])).status_code == 302
    for name in ("studio", "picture_thumb", "picture_original"):
        assert alices.get(reverse(f"editor:{name}", args=[picture])).status_code == 404
