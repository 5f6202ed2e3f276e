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

PINNED = "目標と報告は、後から変更も削除もできません。新しいものを登録してください。"
MEASURED = "測るものは、モニタリング指標と評価指標にだけ置けます。"
PARTS = "割合の分子と分母は、同じ期間の測るもの（割合を除く）にしてください。"
RESULT_OF = "実績の文は、評価指標にだけ入力できます。"
OF_ITEM = "年度・評価上の扱い・インプット情報・評定・指摘事項は、同じ期間の項目のものです。"
VALUE_KEPT = "確定した値は削除できません。値のない理由（該当なし・未集計・非公表）か、訂正を入力してください。"
VALUE_MOVED = "値の測るものと年度は変えられません。"
RESULT_KEPT = "確定した実績は削除できません。訂正を入力してください。"
RESULT_MOVED = "実績の指標と年度は変えられません。"
YEAR_OUTSIDE = "年度は、中長期目標期間の中の年度にしてください。"
VALUE_NATURE = (
    "値は測るものの性質に合わせます。定量には数、定性には文を入力し、割合には入力しません。"
)
MEASURE_KEPT = "値が入力された測るものは、指標・性質・単位・小数の桁数を変えられません。別の測るものを加えてください。"
EVIDENCE_PERIOD = "根拠資料は、同じ期間の実績値か実績のものでなければなりません。"
EVIDENCE_KEPT = "根拠資料は変更できません。外して、新しいものを付けてください。"

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
# Name, table, events, what is refused, message. A reference to a row that is not there yet is refused
# too: foreign keys are checked at the end of a transaction only.
KIND_OF_CLAUSE = "(SELECT c.kind FROM evaluation_clause c WHERE c.id = NEW.{})"
PERIOD_OF_MEASURE = (
    "(SELECT c.period_id FROM evaluation_indicatormeasure m"
    " JOIN evaluation_clause c ON c.id = m.indicator_id WHERE m.id = {} AND m.nature <> 'ratio')"
)
PERIOD_OF_VALUE = (
    "(SELECT c.period_id FROM evaluation_indicatormeasure m"
    " JOIN evaluation_clause c ON c.id = m.indicator_id WHERE m.id = NEW.measure_id)"
)
YEAR_IN_PERIOD = (
    "EXISTS (SELECT 1 FROM evaluation_objectiveperiod o WHERE o.id = {}"
    " AND NEW.fiscal_year BETWEEN o.first_fiscal_year AND o.last_fiscal_year)"
)
HAS_VALUES = "EXISTS (SELECT 1 FROM evaluation_indicatorvalue v WHERE v.measure_id = OLD.id)"
RESULT_RULES = (
    (
        "measure_indicator",
        "evaluation_indicatormeasure",
        WRITE,
        (
            f"{KIND_OF_CLAUSE.format('indicator_id')}"
            " NOT IN ('monitoring_indicator', 'evaluation_indicator')"
        ),
        MEASURED,
    ),
    (
        "measure_parts",
        "evaluation_indicatormeasure",
        WRITE,
        " OR ".join(
            f"(NEW.{part}_id IS NOT NULL AND {PERIOD_OF_MEASURE.format(f'NEW.{part}_id')}"
            f" IS DISTINCT FROM {PERIOD_OF_CLAUSE.format('indicator_id')})"
            for part in ("numerator", "denominator")
        ),
        PARTS,
    ),
    (
        "measure_part_of_ratio",
        "evaluation_indicatormeasure",
        ("UPDATE",),
        (
            "NEW.nature = 'ratio' AND EXISTS (SELECT 1 FROM evaluation_indicatormeasure m"
            " WHERE m.numerator_id = NEW.id OR m.denominator_id = NEW.id)"
        ),
        PARTS,
    ),
    (
        "measure_kept",
        "evaluation_indicatormeasure",
        ("UPDATE",),
        (
            "(NEW.indicator_id <> OLD.indicator_id OR NEW.nature <> OLD.nature OR NEW.unit <> OLD.unit"
            f" OR NEW.decimals <> OLD.decimals) AND {HAS_VALUES}"
        ),
        MEASURE_KEPT,
    ),
    (
        "value_nature",
        "evaluation_indicatorvalue",
        WRITE,
        (
            "NOT EXISTS (SELECT 1 FROM evaluation_indicatormeasure m WHERE m.id = NEW.measure_id"
            " AND ((m.nature = 'quantitative' AND NEW.text = '')"
            " OR (m.nature = 'qualitative' AND NEW.number IS NULL)))"
        ),
        VALUE_NATURE,
    ),
    *(
        (
            f"{model}_year",
            f"evaluation_{model}",
            WRITE,
            f"NOT {YEAR_IN_PERIOD.format(period)}",
            YEAR_OUTSIDE,
        )
        for model, period in (
            ("indicatorvalue", PERIOD_OF_VALUE),
            ("admission", PERIOD_OF_VALUE),
            ("yearlyresult", PERIOD_OF_CLAUSE.format("indicator_id")),
            ("itemyear", PERIOD_OF_CLAUSE.format("item_id")),
            ("yearclosing", "NEW.period_id"),
            ("valuereport", "NEW.period_id"),
        )
    ),
    (
        "evidence_period",
        "evaluation_evidence",
        WRITE,
        (
            "NOT EXISTS (SELECT 1 FROM evaluation_clause c WHERE c.period_id = NEW.period_id AND"
            " (c.id = (SELECT r.indicator_id FROM evaluation_yearlyresult r WHERE r.id = NEW.result_id)"
            " OR c.id = (SELECT m.indicator_id FROM evaluation_indicatormeasure m"
            " JOIN evaluation_indicatorvalue v ON v.measure_id = m.id WHERE v.id = NEW.value_id)))"
        ),
        EVIDENCE_PERIOD,
    ),
    ("evidence_kept", "evaluation_evidence", ("UPDATE",), "TRUE", EVIDENCE_KEPT),
    (
        "yearly_result_kept",
        "evaluation_yearlyresult",
        ("DELETE",),
        "OLD.stage <> 'preliminary'",
        RESULT_KEPT,
    ),
    (
        "yearly_result_moved",
        "evaluation_yearlyresult",
        ("UPDATE",),
        "NEW.indicator_id <> OLD.indicator_id OR NEW.fiscal_year <> OLD.fiscal_year",
        RESULT_MOVED,
    ),
    (
        "value_kept",
        "evaluation_indicatorvalue",
        ("DELETE",),
        "OLD.stage <> 'preliminary'",
        VALUE_KEPT,
    ),
    (
        "value_moved",
        "evaluation_indicatorvalue",
        ("UPDATE",),
        "NEW.measure_id <> OLD.measure_id OR NEW.fiscal_year <> OLD.fiscal_year",
        VALUE_MOVED,
    ),
    (
        "yearly_result_indicator",
        "evaluation_yearlyresult",
        WRITE,
        f"{KIND_OF_CLAUSE.format('indicator_id')} <> 'evaluation_indicator'",
        RESULT_OF,
    ),
    *(
        (f"{model}_item", f"evaluation_{model}", WRITE, condition, OF_ITEM)
        for models, condition in (
            (
                ("itemyear", "itemprofile", "iteminput"),
                f"{KIND_OF_CLAUSE.format('item_id')} <> 'item'",
            ),
            (
                ("rating", "remedy"),
                (
                    f"NEW.item_id IS NOT NULL AND ({KIND_OF_CLAUSE.format('item_id')} <> 'item'"
                    f" OR {PERIOD_OF_CLAUSE.format('item_id')} <> NEW.period_id)"
                ),
            ),
        )
        for model in models
    ),
)
RULES = (
    *RESULT_RULES,
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
)
