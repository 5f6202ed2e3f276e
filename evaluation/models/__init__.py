"""The text and its amendments. Rules live here as constraints; verbs live in `evaluation.amending`."""

from evaluation.models.amendments import Amendment, Contribution, ItemProgram, Wording
from evaluation.models.approvals import Approval
from evaluation.models.comments import Comment
from evaluation.models.documents import IssuedDocument, Snapshot
from evaluation.models.imports import ImportedCell, ValueImport
from evaluation.models.markings import Marking
from evaluation.models.measures import IndicatorMeasure, IndicatorTarget
from evaluation.models.objectives import (
    Chapter,
    Clause,
    EvaluationAxis,
    EvaluationIndicator,
    Item,
    MonitoringIndicator,
    ObjectivePeriod,
    Paragraph,
    PolicyText,
)
from evaluation.models.presence import Presence
from evaluation.models.rating_steps import RatingStep
from evaluation.models.ratings import (
    ItemInput,
    ItemPlan,
    ItemProfile,
    Rating,
    Remedy,
    RemedyProgress,
)
from evaluation.models.reasons import AmendmentReason, OverviewSection, OverviewSheet, ReasonGroup
from evaluation.models.reminders import Reminder
from evaluation.models.renderings import Rendering
from evaluation.models.restrictions import RestrictedReader, Restriction
from evaluation.models.steps import Attachment, ProcedureStep, StepKind, StepOrder
from evaluation.models.submissions import Submission
from evaluation.models.successions import Succession
from evaluation.models.table_forms import TableForm
from evaluation.models.values import (
    ChangeCode,
    Evidence,
    IndicatorValue,
    Stage,
    YearlyResult,
)
from evaluation.models.waivers import Waiver
from evaluation.models.years import Admission, ItemYear, ValueReport, YearClosing

__all__ = [
    "Admission",
    "Amendment",
    "AmendmentReason",
    "Approval",
    "Attachment",
    "ChangeCode",
    "Chapter",
    "Clause",
    "Comment",
    "Contribution",
    "EvaluationAxis",
    "EvaluationIndicator",
    "Evidence",
    "ImportedCell",
    "IndicatorMeasure",
    "IndicatorTarget",
    "IndicatorValue",
    "IssuedDocument",
    "Item",
    "ItemInput",
    "ItemPlan",
    "ItemProfile",
    "ItemProgram",
    "ItemYear",
    "Marking",
    "MonitoringIndicator",
    "ObjectivePeriod",
    "OverviewSection",
    "OverviewSheet",
    "Paragraph",
    "PolicyText",
    "Presence",
    "ProcedureStep",
    "Rating",
    "RatingStep",
    "ReasonGroup",
    "Remedy",
    "RemedyProgress",
    "Reminder",
    "Rendering",
    "RestrictedReader",
    "Restriction",
    "Snapshot",
    "Stage",
    "StepKind",
    "StepOrder",
    "Submission",
    "Succession",
    "TableForm",
    "ValueImport",
    "ValueReport",
    "Waiver",
    "Wording",
    "YearClosing",
    "YearlyResult",
]
