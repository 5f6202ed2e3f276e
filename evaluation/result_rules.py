"""What no constraint can say of results: the words and the SQL, as `evaluation.trigger_rules` has them."""

from collections.abc import Iterable, Iterator
from typing import Any

from evaluation.trigger_rules import PERIOD_OF_CLAUSE, WRITE

PAPER_OF_ISSUED = "評定調書・総括表・評価書は、主務大臣による評価が確定してから発行します。"
RATING_PRINTED = "(SELECT rating_id FROM evaluation_snapshot WHERE id = NEW.snapshot_id)"
PAPER_KIND = "控えが評定のものなら評定の文書を、変更のものなら変更の文書を発行します。"
PINNED = "目標と報告は、後から変更も削除もできません。新しいものを登録してください。"
MEASURED = "測定項目は、決定した本文にあるモニタリング指標と評価指標にだけ置けます。"
PARTS = "割合の分子と分母は、同じ期間の定量の測定項目にしてください。"
RESULT_OF = "実績の文は、評価指標にだけ入力できます。"
OF_ITEM = "年度・評価上の扱い・インプット情報・評定・指摘事項は、同じ期間の項目のものです。"
VALUE_KEPT = "確定した値は削除できません。値のない理由（該当なし・未集計・非公表）か、訂正を入力してください。"
VALUE_MOVED = "値の測定項目と年度は変えられません。"
FINAL_KEPT = "確定した後の変更は、理由の付いた訂正だけです。速報には戻せません。"
CLOSED_KEPT = "締め切った年度の値は、許可された人が、期限まで、理由を付けて変更します。"
RESULT_KEPT = "確定した実績は削除できません。訂正を入力してください。"
RESULT_MOVED = "実績の指標と年度は変えられません。"
RATING_KEPT = (
    "確定した評定は、変更も削除もできません。直すには、理由を付けて確定を取り消してください。"
)
RATING_MOVED = "評定の項目・年度・評価の種類・評価者は変えられません。"
FACTS_KEPT = (
    "締め切られた年度と、評定が確定した年度の計画とインプット情報は、変更も削除もできません。先に、"
    "締切か評定の確定を取り消してください。"
)
UNDER_OVERALL = "総合評定が確定している間は、その項目の評定を確定したり、確定を取り消したりすることはできません。"
AFTER_OWN = "主務大臣による項目の評価は、法人の自己評価が確定した後に確定します。"
UNDER_MINISTER = (
    "主務大臣による項目の評価が確定している間は、その自己評価の確定を取り消すことはできません。"
)
TARGET_CLOSED = "締め切られた年度の達成目標は、定められません。先に締切を解いてください。"
STEP_OF_RATING = "評価の手続の種類は、同じ法人の、評価の手続のものにしてください。"
YEAR_OUTSIDE = "年度は、中長期目標期間の中の年度にしてください。"
VALUE_NATURE = (
    "値は測定項目の性質に合わせます。定量には数、定性には文を入力し、割合には入力しません。"
)
MEASURE_KEPT = "値か達成目標が入力された測定項目は、指標・性質・単位・小数の桁数を変えられません。別の測定項目を加えてください。"
LET_IN_WHERE = "締切後の入力は、指標の測定項目か、評価指標の実績の文に許可します。"
EVIDENCE_PERIOD = "根拠資料は、同じ期間の実績値か実績のものでなければなりません。"
EVIDENCE_KEPT = "根拠資料は変更できません。外して、新しいものを付けてください。"

KIND_OF_CLAUSE = "(SELECT c.kind FROM evaluation_clause c WHERE c.id = NEW.{})"
DECIDED_CLAUSE = (
    "EXISTS (SELECT 1 FROM evaluation_wording w JOIN evaluation_amendment a ON a.id = w.amendment_id"
    " WHERE w.clause_id = NEW.{} AND a.state = 'decided')"
)
PERIOD_OF_MEASURE = (
    "(SELECT c.period_id FROM evaluation_indicatormeasure m"
    " JOIN evaluation_clause c ON c.id = m.indicator_id WHERE m.id = {} AND m.nature = 'quantitative')"
)
PERIOD_OF_VALUE = (
    "(SELECT c.period_id FROM evaluation_indicatormeasure m"
    " JOIN evaluation_clause c ON c.id = m.indicator_id WHERE m.id = NEW.measure_id)"
)
YEAR_IN_PERIOD = (
    "EXISTS (SELECT 1 FROM evaluation_objectiveperiod o WHERE o.id = {}"
    " AND NEW.{} BETWEEN o.first_fiscal_year AND o.last_fiscal_year)"
)
YEAR_CLOSED = (
    "EXISTS (SELECT 1 FROM evaluation_yearclosing k"
    " WHERE k.fiscal_year = NEW.fiscal_year AND k.period_id = {})"
)
LET_IN = (
    "EXISTS (SELECT 1 FROM evaluation_admission a WHERE {} AND a.fiscal_year = NEW.fiscal_year"
    " AND a.user_id = NEW.entered_by_id AND a.until > NEW.entered_at)"
)
YEAR_KEPT = (
    "(EXISTS (SELECT 1 FROM evaluation_yearclosing y JOIN evaluation_clause c"
    " ON c.period_id = y.period_id WHERE c.id = {0}.item_id AND y.fiscal_year = {0}.fiscal_year)"
    " OR EXISTS (SELECT 1 FROM evaluation_rating r WHERE r.item_id = {0}.item_id"
    " AND r.fiscal_year = {0}.fiscal_year AND r.stage = 'issued'))"
)
WAS_USED = (
    "(EXISTS (SELECT 1 FROM evaluation_historicalindicatorvalue v WHERE v.measure_id = OLD.id)"
    " OR EXISTS (SELECT 1 FROM evaluation_indicatorvalue v WHERE v.measure_id = OLD.id)"
    " OR EXISTS (SELECT 1 FROM evaluation_indicatortarget t WHERE t.measure_id = OLD.id))"
)
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
ISSUED_BESIDE = (
    "EXISTS (SELECT 1 FROM evaluation_rating o WHERE o.stage = 'issued' AND o.side = '{}'"
    " AND o.period_id = NEW.period_id AND o.item_id = NEW.item_id"
    " AND o.fiscal_year = NEW.fiscal_year AND o.kind = NEW.kind)"
)
SAID_OF_VALUE = ("number", "text", "state", "note")


def _differs(names: Iterable[str]) -> str:
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names) + ")"


def _entered(model: str, period: str, place: str, differs: str) -> Iterator[tuple[Any, ...]]:
    """Yield what holds for whatever is entered for a year: final, it is only corrected; of a closed year,
    it is changed only by who was let in, and with a reason."""
    table = f"evaluation_{model}"
    final = (
        "OLD.stage <> 'preliminary' AND NEW.stage <> 'corrected'"
        f" AND (NEW.stage <> OLD.stage OR {differs})"
    )
    yield f"{model}_final", table, ("UPDATE",), final, FINAL_KEPT
    closed = (
        f"{YEAR_CLOSED.format(period)}"
        f" AND (NEW.why_code = '' OR NEW.why = '' OR NOT {LET_IN.format(place)})"
    )
    yield f"{model}_closed", table, ("INSERT",), closed, CLOSED_KEPT
    yield f"{model}_closed", table, ("UPDATE",), f"{differs} AND {closed}", CLOSED_KEPT


RESULT_RULES = (
    (
        "snapshot_of_issued",
        "evaluation_snapshot",
        ("INSERT",),
        (
            "NEW.rating_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluation_rating r"
            " WHERE r.id = NEW.rating_id AND r.side = 'minister' AND r.stage = 'issued')"
        ),
        PAPER_OF_ISSUED,
    ),
    (
        "document_of_its_kind",
        "evaluation_issueddocument",
        ("INSERT",),
        (
            "NOT EXISTS (SELECT 1 FROM evaluation_snapshot s LEFT JOIN evaluation_rating r"
            " ON r.id = s.rating_id WHERE s.id = NEW.snapshot_id AND CASE"
            " WHEN s.rating_id IS NULL THEN NEW.kind NOT IN ('assessment', 'grades', 'evaluation')"
            " WHEN r.item_id IS NULL THEN NEW.kind IN ('grades', 'evaluation')"
            " ELSE NEW.kind = 'assessment' END)"
        ),
        PAPER_KIND,
    ),
    (
        "document_of_issued",
        "evaluation_issueddocument",
        ("INSERT",),
        f"EXISTS (SELECT 1 FROM evaluation_rating WHERE id = {RATING_PRINTED} AND stage = 'draft')",
        PAPER_OF_ISSUED,
    ),
    (
        "rating_kept",
        "evaluation_rating",
        ("UPDATE",),
        f"OLD.stage = 'issued' AND NEW.stage = 'issued' AND {_differs(SAID_OF_RATING)}",
        RATING_KEPT,
    ),
    ("rating_stays", "evaluation_rating", ("DELETE",), "OLD.stage = 'issued'", RATING_KEPT),
    (
        "rating_moved",
        "evaluation_rating",
        ("UPDATE",),
        _differs(("period_id", "item_id", "fiscal_year", "kind", "side")),
        RATING_MOVED,
    ),
    *(
        (
            "rating_under_overall",
            "evaluation_rating",
            (event,),
            (
                f"NEW.item_id IS NOT NULL AND {turned} AND EXISTS (SELECT 1 FROM evaluation_rating o"
                " WHERE o.item_id IS NULL AND o.stage = 'issued' AND o.period_id = NEW.period_id"
                " AND o.fiscal_year = NEW.fiscal_year AND o.kind = NEW.kind AND o.side = NEW.side)"
            ),
            UNDER_OVERALL,
        )
        for event, turned in (
            ("INSERT", "NEW.stage = 'issued'"),
            ("UPDATE", "NEW.stage <> OLD.stage"),
        )
    ),
    (
        "rating_after_own",
        "evaluation_rating",
        WRITE,
        (
            "NEW.side = 'minister' AND NEW.stage = 'issued' AND NEW.item_id IS NOT NULL"
            f" AND NEW.grade <> '-' AND NOT {ISSUED_BESIDE.format('self')}"
        ),
        AFTER_OWN,
    ),
    (
        "rating_under_minister",
        "evaluation_rating",
        ("UPDATE",),
        (
            "NEW.side = 'self' AND NEW.item_id IS NOT NULL"
            " AND OLD.stage = 'issued' AND NEW.stage <> 'issued'"
            f" AND {ISSUED_BESIDE.format('minister')}"
        ),
        UNDER_MINISTER,
    ),
    *(
        (
            f"{model}_kept",
            f"evaluation_{model}",
            (event,),
            YEAR_KEPT.format("OLD" if event == "DELETE" else "NEW"),
            FACTS_KEPT,
        )
        for model in ("iteminput", "itemplan")
        for event in ("INSERT", "UPDATE", "DELETE")
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
            "NEW.nature <> 'quantitative' AND EXISTS (SELECT 1 FROM evaluation_indicatormeasure m"
            " WHERE m.numerator_id = NEW.id OR m.denominator_id = NEW.id)"
        ),
        PARTS,
    ),
    (
        "target_open_years",
        "evaluation_indicatortarget",
        ("INSERT",),
        (
            "EXISTS (SELECT 1 FROM evaluation_yearclosing y JOIN evaluation_clause c"
            " ON c.period_id = y.period_id JOIN evaluation_indicatormeasure m"
            " ON m.indicator_id = c.id WHERE m.id = NEW.measure_id"
            " AND y.fiscal_year BETWEEN NEW.first_fiscal_year AND NEW.last_fiscal_year)"
        ),
        TARGET_CLOSED,
    ),
    (
        "measure_kept",
        "evaluation_indicatormeasure",
        ("UPDATE",),
        (
            "(NEW.indicator_id <> OLD.indicator_id OR NEW.nature <> OLD.nature OR NEW.unit <> OLD.unit"
            f" OR NEW.decimals <> OLD.decimals) AND {WAS_USED}"
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
            " OR ".join(f"NOT {YEAR_IN_PERIOD.format(period, year)}" for year in years.split()),
            YEAR_OUTSIDE,
        )
        for models, period, years in (
            ("indicatorvalue", PERIOD_OF_VALUE, "fiscal_year"),
            ("indicatortarget", PERIOD_OF_VALUE, "first_fiscal_year last_fiscal_year"),
            ("admission yearlyresult", PERIOD_OF_CLAUSE.format("indicator_id"), "fiscal_year"),
            ("itemyear iteminput itemplan", PERIOD_OF_CLAUSE.format("item_id"), "fiscal_year"),
            ("itemprofile", PERIOD_OF_CLAUSE.format("item_id"), "first_fiscal_year"),
            ("yearclosing valuereport rating ratingstep remedy", "NEW.period_id", "fiscal_year"),
        )
        for model in models.split()
    ),
    *(
        rule
        for model, period, place, said in (
            ("indicatorvalue", PERIOD_OF_VALUE, "a.measure_id = NEW.measure_id", SAID_OF_VALUE),
            (
                "yearlyresult",
                PERIOD_OF_CLAUSE.format("indicator_id"),
                "a.indicator_id = NEW.indicator_id AND a.measure_id IS NULL",
                ("text",),
            ),
        )
        for rule in _entered(model, period, place, _differs(said))
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
        "admission_place",
        "evaluation_admission",
        WRITE,
        (
            f"(NEW.measure_id IS NULL AND {KIND_OF_CLAUSE.format('indicator_id')} <> 'evaluation_indicator')"
            " OR (NEW.measure_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluation_indicatormeasure m"
            " WHERE m.id = NEW.measure_id AND m.indicator_id = NEW.indicator_id))"
        ),
        LET_IN_WHERE,
    ),
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
