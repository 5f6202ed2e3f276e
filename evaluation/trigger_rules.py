"""What no constraint can say: the words and the SQL of what the database refuses.

Data only; `evaluation.triggers` makes triggers of it. `NEW` and `OLD` are the rows as SQL names them.
"""

FROZEN = "決定した変更は、その文言・理由・資料を含めて変更できません。直すには正誤の変更を起案してください。"
PRINTED = "決定した変更がある期間の表題と注は変更できません。"
IMMUTABLE = "控えと発行文書は変更も削除もできません。"
APPEND_ONLY = "履歴は追加だけができ、変更も削除もできません。"
ORDER = "適用日は、前の順番の変更の適用日以後、後の順番の変更の適用日以前にしてください。"
PUBLICATION = "公表は、決定した順に、前の変更の公表日以後の日付で行います。"
SHARED = "法人と共有した日時は、後から変えられません。"
SAME_PERIOD = "変更の期間は、後から変えられません。"
ONE_PERIOD = (
    "文言・下線・条項・親の条項・事業の割当て・変更は、同じ期間のものでなければなりません。"
)
ONE_AGENCY = "事業と基金は、変更と同じ法人のものでなければなりません。"
INTRODUCED = "条項を新設した変更は、後から変えられません。"
BASE = "元の文言には、同じ条項の決定済みの文言を指定してください。この変更で新設する条項だけは、元の文言がありません。"
CORRECTS = "文言を正せるのは種類が「正誤」の変更だけで、正す文言は、同じ条項の決定済みのものでなければなりません。"
REASON = "文言の変更理由は、同じ変更の理由でなければなりません。"
STEP_AGENCY = "手続の種類とその順序は、変更と同じ法人のものでなければなりません。"
STEP_SNAPSHOT = "手続と承認が示す版は、同じ変更の控えでなければなりません。"
STEP_FROZEN = "決定の前の手続の記録とファイルは、決定した後は変えられません。"
STEP_TOO_EARLY = "決定の後の手続は、決定を登録してから記録します。"
STEP_ORDER = "法令の定める順序で、先の手続が済んでいません。"
FILE_KEPT = "手続のファイルの内容は変えられません。外して、新しいファイルを登録してください。"
APPROVAL_KEPT = "承認の記録は、効力を失ったことのほかは変えられません。"
APPROVED_BY_DRAFTER = "起案に関わった人は、その変更案を承認できません。"
RESTRICTION_KEPT = "閲覧制限の記録は消せず、解除は取り消せません。"
RESTRICTED = "閲覧制限のある変更案は決定できません。先に制限を解除してください。"

WRITE = ("INSERT", "UPDATE")
PERIOD_OF_AMENDMENT = "(SELECT a.period_id FROM evaluation_amendment a WHERE a.id = NEW.{})"
PERIOD_OF_CLAUSE = "(SELECT c.period_id FROM evaluation_clause c WHERE c.id = NEW.{})"
PERIOD = PERIOD_OF_AMENDMENT.format("amendment_id")
AMENDMENT_OF_GROUP = (
    "(SELECT g.amendment_id FROM evaluation_reasongroup g WHERE g.id = {}.group_id)"
)
AMENDMENT_OF_SHEET = (
    "(SELECT s.amendment_id FROM evaluation_overviewsheet s WHERE s.id = {}.sheet_id)"
)
AGENCY_OF_PROGRAM = "(SELECT p.agency_id FROM programs_program p WHERE p.id = NEW.program_id)"
AGENCY_OF_PERIOD = "(SELECT o.agency_id FROM evaluation_objectiveperiod o WHERE o.id = {})"
AGENCY_OF_REASON = AGENCY_OF_PERIOD.format(
    "(SELECT a.period_id FROM evaluation_amendment a"
    f" WHERE a.id = {AMENDMENT_OF_GROUP.format('NEW')})"
)
INTRODUCED_HERE = (
    "EXISTS (SELECT 1 FROM evaluation_clause c"
    " WHERE c.id = NEW.clause_id AND c.introduced_by_id = NEW.amendment_id)"
)
DECIDED_WORDING_OF_CLAUSE = (
    "EXISTS (SELECT 1 FROM evaluation_wording w JOIN evaluation_amendment a ON a.id = w.amendment_id"
    " WHERE w.id = NEW.{} AND w.clause_id = NEW.clause_id AND a.state = 'decided')"
)
AGENCY_OF_KIND = "(SELECT k.agency_id FROM evaluation_stepkind k WHERE k.id = NEW.{})"
SNAPSHOT_OF_ANOTHER = (
    "NEW.snapshot_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluation_snapshot s"
    " WHERE s.id = NEW.snapshot_id AND s.amendment_id = NEW.amendment_id)"
)
IS_DECIDED = (
    "EXISTS (SELECT 1 FROM evaluation_amendment a"
    " WHERE a.state = 'decided' AND a.id = {}.amendment_id)"
)
FOLLOWS_DECISION = (
    "EXISTS (SELECT 1 FROM evaluation_stepkind k WHERE k.after_decision AND k.id = {}.kind_id)"
)
STEP_IS_FROZEN = f"{IS_DECIDED} AND NOT {FOLLOWS_DECISION}"
STEP_OF_FILE_IS_FROZEN = (
    "EXISTS (SELECT 1 FROM evaluation_procedurestep p"
    " JOIN evaluation_amendment a ON a.id = p.amendment_id JOIN evaluation_stepkind k ON k.id = p.kind_id"
    " WHERE p.id = {}.step_id AND a.state = 'decided' AND NOT k.after_decision)"
)
# Another step of the earlier kind was finished by the day on which the later one began.
WITHOUT_ANOTHER_BEFORE = (
    "NOT EXISTS (SELECT 1 FROM evaluation_procedurestep p WHERE p.amendment_id = {later}.amendment_id"
    " AND p.kind_id = r.earlier_id AND p.id <> {this}.id"
    " AND COALESCE(p.answered_on, p.date) <= {later}.date)"
)
COMES_TOO_SOON = (
    "EXISTS (SELECT 1 FROM evaluation_steporder r WHERE r.later_id = NEW.kind_id AND"
    f" {WITHOUT_ANOTHER_BEFORE.format(later='NEW', this='NEW')})"
)
IS_BUILT_UPON = (
    "EXISTS (SELECT 1 FROM evaluation_steporder r JOIN evaluation_procedurestep l"
    " ON l.kind_id = r.later_id AND l.amendment_id = OLD.amendment_id WHERE r.earlier_id = OLD.kind_id"
    " AND l.id <> OLD.id AND COALESCE(OLD.answered_on, OLD.date) <= l.date AND"
    f" {WITHOUT_ANOTHER_BEFORE.format(later='l', this='OLD')}{{}})"
)
NO_LONGER_BEFORE = (
    " AND NOT (NEW.kind_id = OLD.kind_id AND COALESCE(NEW.answered_on, NEW.date) <= l.date)"
)
APPROVAL_CHANGED = " OR ".join(
    f"NEW.{column} IS DISTINCT FROM OLD.{column}"
    for column in ("id", "amendment_id", "snapshot_id", "approved_at", "approved_by_id")
)
# Name, table, events, what is refused, message. A reference to a row that is not there yet is refused
# too: foreign keys are checked at the end of a transaction only.
RULES = (
    (
        "amendment_order",
        "evaluation_amendment",
        WRITE,
        (
            "NEW.state = 'decided' AND EXISTS (SELECT 1 FROM evaluation_amendment a"
            " WHERE a.period_id = NEW.period_id AND a.state = 'decided' AND a.id <> NEW.id AND"
            " ((a.sequence < NEW.sequence AND a.effective_on > NEW.effective_on) OR"
            " (a.sequence > NEW.sequence AND a.effective_on < NEW.effective_on)))"
        ),
        ORDER,
    ),
    (
        "amendment_period",
        "evaluation_amendment",
        ("UPDATE",),
        "NEW.period_id <> OLD.period_id",
        SAME_PERIOD,
    ),
    (
        "amendment_kind",
        "evaluation_amendment",
        ("UPDATE",),
        "OLD.kind = 'correction' AND NEW.kind <> 'correction'",
        CORRECTS,
    ),
    (
        "amendment_publication_order",
        "evaluation_amendment",
        WRITE,
        (
            "NEW.published_on IS NOT NULL AND EXISTS (SELECT 1 FROM evaluation_amendment a"
            " WHERE a.period_id = NEW.period_id AND a.state = 'decided' AND a.id <> NEW.id AND"
            " a.sequence < NEW.sequence AND"
            " (a.published_on IS NULL OR a.published_on > NEW.published_on))"
        ),
        PUBLICATION,
    ),
    (
        "amendment_sharing",
        "evaluation_amendment",
        ("UPDATE",),
        "OLD.shared_at IS NOT NULL AND NEW.shared_at IS DISTINCT FROM OLD.shared_at",
        SHARED,
    ),
    (
        "clause_period",
        "evaluation_clause",
        WRITE,
        f"NEW.period_id IS DISTINCT FROM {PERIOD_OF_AMENDMENT.format('introduced_by_id')}",
        ONE_PERIOD,
    ),
    (
        "clause_introduced",
        "evaluation_clause",
        ("UPDATE",),
        "NEW.introduced_by_id <> OLD.introduced_by_id",
        INTRODUCED,
    ),
    (
        "wording_period",
        "evaluation_wording",
        WRITE,
        (
            f"{PERIOD_OF_CLAUSE.format('clause_id')} IS DISTINCT FROM {PERIOD} OR (NEW.parent_id IS NOT"
            f" NULL AND {PERIOD_OF_CLAUSE.format('parent_id')} IS DISTINCT FROM {PERIOD})"
        ),
        ONE_PERIOD,
    ),
    (
        "marking_period",
        "evaluation_marking",
        WRITE,
        f"{PERIOD_OF_CLAUSE.format('clause_id')} IS DISTINCT FROM {PERIOD}",
        ONE_PERIOD,
    ),
    (
        "wording_base",
        "evaluation_wording",
        WRITE,
        (
            f"(NEW.base_id IS NULL AND NOT {INTRODUCED_HERE}) OR (NEW.base_id IS NOT NULL AND"
            f" ({INTRODUCED_HERE} OR NOT {DECIDED_WORDING_OF_CLAUSE.format('base_id')}))"
        ),
        BASE,
    ),
    (
        "wording_corrects",
        "evaluation_wording",
        WRITE,
        (
            "NEW.corrects_id IS NOT NULL AND NOT (EXISTS (SELECT 1 FROM evaluation_amendment a"
            " WHERE a.id = NEW.amendment_id AND a.kind = 'correction')"
            f" AND {DECIDED_WORDING_OF_CLAUSE.format('corrects_id')})"
        ),
        CORRECTS,
    ),
    (
        "wording_reason",
        "evaluation_wording",
        WRITE,
        (
            "NEW.reason_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluation_amendmentreason r"
            " JOIN evaluation_reasongroup g ON g.id = r.group_id"
            " WHERE r.id = NEW.reason_id AND g.amendment_id = NEW.amendment_id)"
        ),
        REASON,
    ),
    (
        "reason_amendment",
        "evaluation_amendmentreason",
        ("UPDATE",),
        f"{AMENDMENT_OF_GROUP.format('NEW')} IS DISTINCT FROM {AMENDMENT_OF_GROUP.format('OLD')}",
        REASON,
    ),
    (
        "reasongroup_amendment",
        "evaluation_reasongroup",
        ("UPDATE",),
        "NEW.amendment_id <> OLD.amendment_id",
        REASON,
    ),
    (
        "itemprogram_agency",
        "evaluation_itemprogram",
        WRITE,
        f"{AGENCY_OF_PROGRAM} IS DISTINCT FROM {AGENCY_OF_PERIOD.format(PERIOD)}",
        ONE_AGENCY,
    ),
    (
        "reason_agency",
        "evaluation_amendmentreason",
        WRITE,
        (
            f"(NEW.program_id IS NOT NULL AND {AGENCY_OF_PROGRAM} IS DISTINCT FROM {AGENCY_OF_REASON})"
            " OR (NEW.fund_id IS NOT NULL AND (SELECT f.agency_id FROM programs_fund f"
            f" WHERE f.id = NEW.fund_id) IS DISTINCT FROM {AGENCY_OF_REASON})"
        ),
        ONE_AGENCY,
    ),
    (
        "itemprogram_period",
        "evaluation_itemprogram",
        WRITE,
        f"{PERIOD_OF_CLAUSE.format('clause_id')} IS DISTINCT FROM {PERIOD}",
        ONE_PERIOD,
    ),
    (
        "steporder_agency",
        "evaluation_steporder",
        WRITE,
        f"{AGENCY_OF_KIND.format('earlier_id')} IS DISTINCT FROM {AGENCY_OF_KIND.format('later_id')}",
        STEP_AGENCY,
    ),
    (
        "step_agency",
        "evaluation_procedurestep",
        WRITE,
        f"{AGENCY_OF_KIND.format('kind_id')} IS DISTINCT FROM {AGENCY_OF_PERIOD.format(PERIOD)}",
        STEP_AGENCY,
    ),
    ("step_snapshot", "evaluation_procedurestep", WRITE, SNAPSHOT_OF_ANOTHER, STEP_SNAPSHOT),
    (
        "step_frozen",
        "evaluation_procedurestep",
        ("INSERT",),
        STEP_IS_FROZEN.format("NEW", "NEW"),
        STEP_FROZEN,
    ),
    (
        "step_frozen",
        "evaluation_procedurestep",
        ("UPDATE",),
        f"({STEP_IS_FROZEN.format('NEW', 'NEW')}) OR ({STEP_IS_FROZEN.format('OLD', 'OLD')})",
        STEP_FROZEN,
    ),
    (
        "step_frozen",
        "evaluation_procedurestep",
        ("DELETE",),
        STEP_IS_FROZEN.format("OLD", "OLD"),
        STEP_FROZEN,
    ),
    (
        "step_too_early",
        "evaluation_procedurestep",
        WRITE,
        f"{FOLLOWS_DECISION.format('NEW')} AND NOT {IS_DECIDED.format('NEW')}",
        STEP_TOO_EARLY,
    ),
    ("step_order", "evaluation_procedurestep", WRITE, COMES_TOO_SOON, STEP_ORDER),
    (
        "step_built_upon",
        "evaluation_procedurestep",
        ("UPDATE",),
        IS_BUILT_UPON.format(NO_LONGER_BEFORE),
        STEP_ORDER,
    ),
    (
        "step_built_upon",
        "evaluation_procedurestep",
        ("DELETE",),
        IS_BUILT_UPON.format(""),
        STEP_ORDER,
    ),
    ("attachment_kept", "evaluation_attachment", ("UPDATE",), "TRUE", FILE_KEPT),
    (
        "attachment_frozen",
        "evaluation_attachment",
        ("INSERT",),
        STEP_OF_FILE_IS_FROZEN.format("NEW"),
        STEP_FROZEN,
    ),
    (
        "attachment_frozen",
        "evaluation_attachment",
        ("DELETE",),
        STEP_OF_FILE_IS_FROZEN.format("OLD"),
        STEP_FROZEN,
    ),
    ("approval_snapshot", "evaluation_approval", WRITE, SNAPSHOT_OF_ANOTHER, STEP_SNAPSHOT),
    (
        "approval_kept",
        "evaluation_approval",
        ("UPDATE",),
        f"{APPROVAL_CHANGED} OR CAST(NEW.digests AS TEXT) <> CAST(OLD.digests AS TEXT) OR OLD.ended <> ''",
        APPROVAL_KEPT,
    ),
    ("approval_kept", "evaluation_approval", ("DELETE",), "TRUE", APPROVAL_KEPT),
    (
        "approval_by_drafter",
        "evaluation_approval",
        ("INSERT",),
        (
            "EXISTS (SELECT 1 FROM evaluation_contribution c"
            " WHERE c.amendment_id = NEW.amendment_id AND c.user_id = NEW.approved_by_id)"
        ),
        APPROVED_BY_DRAFTER,
    ),
    (
        "restriction_kept",
        "evaluation_restriction",
        ("UPDATE",),
        (
            "NEW.id <> OLD.id OR NEW.amendment_id <> OLD.amendment_id OR (OLD.released_at IS NOT NULL AND"
            " NEW.released_at IS DISTINCT FROM OLD.released_at)"
        ),
        RESTRICTION_KEPT,
    ),
    ("restriction_kept", "evaluation_restriction", ("DELETE",), "TRUE", RESTRICTION_KEPT),
    (
        "amendment_restricted",
        "evaluation_amendment",
        ("UPDATE",),
        (
            "NEW.state = 'decided' AND OLD.state <> 'decided' AND EXISTS (SELECT 1"
            " FROM evaluation_restriction t WHERE t.amendment_id = NEW.id AND t.released_at IS NULL)"
        ),
        RESTRICTED,
    ),
)
