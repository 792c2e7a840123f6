"""The nouns of NanoEdit. Rows, states and queries; no I/O but the database."""

from editor.models.adjustments import Adjustment
from editor.models.alerts import StaffAlert
from editor.models.archives import Archive
from editor.models.attempts import Attempt, Consent, Lifeboat, UnusableAnswer
from editor.models.audit import AuditEntry, AuditHead
from editor.models.cache_entries import CacheEntry
from editor.models.catalogue import UpstreamModel
from editor.models.catalogue_changes import CatalogueChange, CatalogueRefresh
from editor.models.collections import Collection, CollectionItem, Tag
from editor.models.departures import Departure
from editor.models.drafts import Draft, DraftMask
from editor.models.events import Event
from editor.models.evidence import Evidence
from editor.models.extensions import Extension
from editor.models.gates import Gate
from editor.models.imported_packs import ImportedPack
from editor.models.invitations import Invitation
from editor.models.jobs import EditJob, IllegalArrow, JobState
from editor.models.kept_marks import FiledJob
from editor.models.keys import OwnKey
from editor.models.ledger import Budget, LedgerEntry
from editor.models.mask_tests import MaskTest
from editor.models.notices import Channel, Notice, NoticeKind, NoticeSetting
from editor.models.people import User, logged_in
from editor.models.pictures import Mask, Picture
from editor.models.preferences import DeskPreference, StudioPreference
from editor.models.prompts import PromptTemplate
from editor.models.references import Reference
from editor.models.rendition_files import RenditionFile
from editor.models.results import Result
from editor.models.reviews import Flag, Look, Review, ReviewReason
from editor.models.search_words import JobWords
from editor.models.shares import Share, ShareKnock
from editor.models.spending import SpendingCaps, SpendingPeriod
from editor.models.submitted_models import SubmittedModel
from editor.models.workers import Worker

__all__ = [
    "Adjustment",
    "Archive",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "Budget",
    "CacheEntry",
    "CatalogueChange",
    "CatalogueRefresh",
    "Channel",
    "Collection",
    "CollectionItem",
    "Consent",
    "Departure",
    "DeskPreference",
    "Draft",
    "DraftMask",
    "EditJob",
    "Event",
    "Evidence",
    "Extension",
    "FiledJob",
    "Flag",
    "Gate",
    "IllegalArrow",
    "ImportedPack",
    "Invitation",
    "JobState",
    "JobWords",
    "LedgerEntry",
    "Lifeboat",
    "Look",
    "Mask",
    "MaskTest",
    "Notice",
    "NoticeKind",
    "NoticeSetting",
    "OwnKey",
    "Picture",
    "PromptTemplate",
    "Reference",
    "RenditionFile",
    "Result",
    "Review",
    "ReviewReason",
    "Share",
    "ShareKnock",
    "SpendingCaps",
    "SpendingPeriod",
    "StaffAlert",
    "StudioPreference",
    "SubmittedModel",
    "Tag",
    "UnusableAnswer",
    "UpstreamModel",
    "User",
    "Worker",
    "logged_in",
]
