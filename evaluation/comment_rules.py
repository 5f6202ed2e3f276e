"""What the database refuses of comments; data as in `evaluation.trigger_rules`."""

from evaluation.trigger_rules import ONE_PERIOD, PERIOD, PERIOD_OF_CLAUSE, WRITE

ANSWER = "答えられるのは、同じ変更の条項に付いたコメントだけです。"
SAID = "コメントの言葉と、付いている条項は、後から変えられません。"

COMMENT_RULES = (
    (
        "comment_period",
        "evaluation_comment",
        WRITE,
        (
            "NEW.clause_id IS NOT NULL AND"
            f" {PERIOD_OF_CLAUSE.format('clause_id')} IS DISTINCT FROM {PERIOD}"
        ),
        ONE_PERIOD,
    ),
    (
        "comment_answer",
        "evaluation_comment",
        WRITE,
        (
            "NEW.answers_to_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM evaluation_comment c"
            " WHERE c.id = NEW.answers_to_id AND c.amendment_id = NEW.amendment_id"
            " AND c.answers_to_id IS NULL)"
        ),
        ANSWER,
    ),
    (
        "comment_said",
        "evaluation_comment",
        ("UPDATE",),
        (
            "NEW.amendment_id <> OLD.amendment_id OR NEW.text <> OLD.text OR NEW.place <> OLD.place"
            " OR NEW.about <> OLD.about OR NEW.author_id <> OLD.author_id"
            " OR NEW.written_at <> OLD.written_at"
            " OR NEW.answers_to_id IS DISTINCT FROM OLD.answers_to_id"
            " OR (NEW.clause_id IS NOT NULL AND NEW.clause_id IS DISTINCT FROM OLD.clause_id)"
        ),
        SAID,
    ),
)
