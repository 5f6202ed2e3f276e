"""What no constraint can say of results: the words and the SQL, as `evaluation.trigger_rules` has them."""

from evaluation.trigger_rules import PERIOD_OF_CLAUSE, WRITE

PINNED = "目標と報告は、後から変更も削除もできません。新しいものを登録してください。"
MEASURED = "測るものは、決定した本文にあるモニタリング指標と評価指標にだけ置けます。"
PARTS = "割合の分子と分母は、同じ期間の測るもの（割合を除く）にしてください。"
RESULT_OF = "実績の文は、評価指標にだけ入力できます。"
OF_ITEM = "年度・評価上の扱い・インプット情報・評定・指摘事項は、同じ期間の項目のものです。"
VALUE_KEPT = "確定した値は削除できません。値のない理由（該当なし・未集計・非公表）か、訂正を入力してください。"
VALUE_MOVED = "値の測るものと年度は変えられません。"
RESULT_KEPT = "確定した実績は削除できません。訂正を入力してください。"
RESULT_MOVED = "実績の指標と年度は変えられません。"
RATING_KEPT = (
    "確定した評定は、変更も削除もできません。直すには、理由を付けて確定を取り消してください。"
)
RATING_MOVED = "評定の項目・年度・評価の種類・評価者は変えられません。"
STEP_OF_RATING = "評価の手続の種類は、同じ法人の、評価の手続のものにしてください。"
YEAR_OUTSIDE = "年度は、中長期目標期間の中の年度にしてください。"
VALUE_NATURE = (
    "値は測るものの性質に合わせます。定量には数、定性には文を入力し、割合には入力しません。"
)
MEASURE_KEPT = "値が入力された測るものは、指標・性質・単位・小数の桁数を変えられません。別の測るものを加えてください。"
EVIDENCE_PERIOD = "根拠資料は、同じ期間の実績値か実績のものでなければなりません。"
EVIDENCE_KEPT = "根拠資料は変更できません。外して、新しいものを付けてください。"

KIND_OF_CLAUSE = "(SELECT c.kind FROM evaluation_clause c WHERE c.id = NEW.{})"
DECIDED_CLAUSE = (
    "EXISTS (SELECT 1 FROM evaluation_wording w JOIN evaluation_amendment a ON a.id = w.amendment_id"
    " WHERE w.clause_id = NEW.{} AND a.state = 'decided')"
)
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
SAID_OF_RATING = (
    "grade",
    "results",
    "grounds",
    "issues",
    "opinion",
    "raised",
    "raised_grounds",
    "agency_wide",
    "issued_on",
)
RESULT_RULES = (
    (
        "rating_kept",
        "evaluation_rating",
        ("UPDATE",),
        "OLD.stage = 'issued' AND NEW.stage = 'issued' AND ("
        + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in SAID_OF_RATING)
        + ")",
        RATING_KEPT,
    ),
    ("rating_stays", "evaluation_rating", ("DELETE",), "OLD.stage = 'issued'", RATING_KEPT),
    (
        "rating_moved",
        "evaluation_rating",
        ("UPDATE",),
        " OR ".join(
            f"NEW.{name} IS DISTINCT FROM OLD.{name}"
            for name in ("period_id", "item_id", "fiscal_year", "kind", "side")
        ),
        RATING_MOVED,
    ),
    (
        "rating_step_kind",
        "evaluation_ratingstep",
        WRITE,
        (
            "NOT EXISTS (SELECT 1 FROM evaluation_stepkind k JOIN evaluation_objectiveperiod o"
            " ON o.agency_id = k.agency_id"
            " WHERE k.id = NEW.kind_id AND o.id = NEW.period_id AND k.of_rating)"
        ),
        STEP_OF_RATING,
    ),
    (
        "measure_indicator",
        "evaluation_indicatormeasure",
        WRITE,
        (
            f"{KIND_OF_CLAUSE.format('indicator_id')}"
            " NOT IN ('monitoring_indicator', 'evaluation_indicator')"
            f" OR NOT {DECIDED_CLAUSE.format('indicator_id')}"
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
            ("ratingstep", "NEW.period_id"),
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
                ("itemyear", "itemprofile", "iteminput", "itemplan"),
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
