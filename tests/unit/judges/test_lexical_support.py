from __future__ import annotations

import pytest

from ragas_nb.judges.lexical.classify import Classified, classify
from ragas_nb.judges.lexical.relevance import relevance
from ragas_nb.judges.lexical.sentences import sentences
from ragas_nb.judges.lexical.support import Support, standalone, support

TOWER = (
    "The Eiffel Tower was completed in 1889 by the company of Gustave Eiffel. "
    "It is located in Paris and is 330 metres tall. The old bridge was not destroyed in the war."
)
MATCH = "Germany defeated Brazil in 2014 in front of a silent crowd."


def test_words_found_verbatim_score_one_whatever_their_number() -> None:
    for part in ("330 metres", "in", TOWER, "The old bridge was not destroyed in the war."):
        expected = Support(1.0, 1, 0, (), None, "context 1 says this word for word")
        assert support(part, [TOWER]) == expected


def test_paraphrase_with_all_content_words_is_supported() -> None:
    found = support("Gustave Eiffel's company completed the Eiffel Tower in 1889.", [MATCH, TOWER])
    assert found == Support(1.0, 1, 1, (), None, "context 2 has every content word of this statement")


def test_other_number_is_a_conflict_that_names_both() -> None:
    found = support("The Eiffel Tower was completed in 1887.", [TOWER])
    assert (found.verdict, found.missing, found.conflict) == (0, ("1887",), "context 1 says 1889, not 1887")


def test_name_no_context_has_makes_a_statement_unsupported() -> None:
    found = support("The Eiffel Tower is located in Berlin.", [TOWER])
    assert (found.verdict, found.missing, found.conflict) == (0, ("Berlin",), None)
    assert found.reason == "not found with the rest of the statement in any context: Berlin"


@pytest.mark.parametrize(
    ("statement", "conflict"),
    [
        (
            "The Eiffel Tower was not completed in 1889.",
            'the statement denies "completed", context 1 does not',
        ),
        ("The Eiffel Tower has no metres.", 'the statement denies "metres", context 1 does not'),
        ("The old bridge was destroyed in the war.", 'context 1 denies "destroyed", the statement does not'),
    ],
)
def test_negation_on_one_side_is_a_conflict(statement: str, conflict: str) -> None:
    found = support(statement, [TOWER])
    assert (found.verdict, found.conflict) == (0, conflict)


def test_negation_on_both_sides_agrees() -> None:
    assert support("The bridge was never destroyed in the war.", [TOWER]).verdict == 1


def test_names_the_other_way_round_are_a_conflict_and_the_passive_is_not() -> None:
    found = support("Brazil defeated Germany in 2014.", [MATCH])
    assert (found.verdict, found.conflict) == (0, "context 1 has Brazil and Germany the other way round")
    assert support("Brazil was defeated by Germany in 2014.", [MATCH]).verdict == 1


def test_pronoun_carries_the_subject_into_the_next_sentence() -> None:
    assert support("The Eiffel Tower is located in Paris.", [TOWER]).verdict == 1


def test_words_of_unrelated_sentences_do_not_add_up() -> None:
    schools = "Boston College is located in Chestnut Hill. Stanford University is a school near Palo Alto."
    found = support("Stanford University is located in Chestnut Hill.", [schools])
    assert (found.verdict, found.missing) == (0, ("Stanford University",))
    assert (
        found.reason == "the words are there but not said together; apart from the rest: Stanford University"
    )


def test_name_is_found_only_where_its_parts_stand_together() -> None:
    people = "John Smith met Mary Brown in Leeds."
    apart = "John Smith lives in Leeds. Mary Brown lives in York."
    assert support("Mary Brown met John Smith", [people]).verdict == 1
    assert support("John Brown lives in Leeds", [apart]).verdict == 0


def test_facts_of_two_contexts_join_through_a_name_of_the_statement() -> None:
    contexts = ["Balston attended New College.", "New College was founded by William of Wykeham."]
    found = support("Balston attended New College, founded by William of Wykeham.", contexts)
    assert (found.verdict, found.missing) == (1, ())


def test_statement_about_something_else_has_no_best_context() -> None:
    reason = "not found with the rest of the statement in any context: Bananas, yellow"
    assert support("Bananas are yellow.", [MATCH]) == Support(
        0.0, 0, None, ("Bananas", "yellow"), None, reason
    )


def test_line_that_announces_a_list_is_evidence_but_no_statement() -> None:
    listed = "The founders of the club are:\n- Anna Berg\n- Omar Said"
    assert support("The club has founders", [listed]).verdict == 1
    assert sentences(listed) == ["Anna Berg", "Omar Said"]


def test_statement_without_anything_to_check_is_not_supported() -> None:
    assert support("", [TOWER]).reason == "the statement is empty"
    assert support("and so were they", [TOWER]).reason == "the statement has no word that could be checked"
    for contexts in ([], [""], [" \n"]):
        found = support("Paris is large.", contexts)
        assert found == Support(0.0, 0, None, (), None, "there is no context to find it in")


@pytest.mark.parametrize(
    ("context", "right", "wrong"),
    [
        ("中国的首都是北京，人口有2100万。", "北京是中国的首都。", "上海是中国的首都。"),
        ("中国的首都是北京，人口有2100万。", "北京人口有2100万。", "北京人口有8800万。"),
        ("中国的首都是北京，人口有2100万。", "中国首都是北京", "北京不是中国的首都。"),
        (
            "東京タワーは電波塔で1958年に完成。",
            "東京タワーは1958年に完成した。",
            "大阪タワーは1958年に完成した。",
        ),
        ("서울은 한국의 수도이다.", "한국의 수도는 서울이다.", "부산은 한국의 수도이다."),
        ("กรุงเทพเป็นเมืองหลวงของไทย", "กรุงเทพเป็นเมืองหลวง", "เชียงใหม่เป็นเมืองหลวงของไทย"),
        (
            "Die Elbe mündet bei Cuxhaven in die Nordsee.",
            "Die Elbe mündet in die Nordsee.",
            "Sie mündet in die Ostsee.",
        ),
        ("Gabo nació en 1927 en Aracataca, Colombia.", "Gabo nació en Aracataca.", "Gabo nació en Bogotá."),
        ("Achevée en 1889, la tour est à Paris.", "La tour, achevée en 1889.", "La tour n'est pas à Paris."),
        ("تقع القاهرة على نهر النيل وهي عاصمة مصر.", "القاهرة عاصمة مصر", "الإسكندرية عاصمة مصر"),
        ("Столицей России является Москва.", "Москва — столица России.", "Киев — столица России."),
        ("भारत की राजधानी दिल्ली है।", "दिल्ली भारत की राजधानी है", "मुंबई भारत की राजधानी है"),
    ],
)
def test_right_and_wrong_statements_part_in_every_script(context: str, right: str, wrong: str) -> None:
    assert (support(right, [context]).verdict, support(wrong, [context]).verdict) == (1, 0)


@pytest.mark.parametrize(
    ("statement", "context"),
    [
        ("It has 294000 visitors.", "The park had 294,000 visitors."),
        ("Marie Curie won two prizes.", "Marie Curie won 2 prizes."),
        ("It opened on the 5th.", "It opened on 5 May."),
        ("١٩٢٢", "It began in 1922."),
    ],
)
def test_numbers_agree_however_they_are_written(statement: str, context: str) -> None:
    assert support(statement, [context]).verdict == 1


def test_long_statement_may_lack_one_ordinary_word_and_says_which() -> None:
    context = "The committee approved the annual budget of the museum after a long debate in March 1990."
    statement = "In March 1990 the committee approved the annual budget of the museum after lively debate."
    found = support(statement, [context])
    assert (found.verdict, found.missing) == (1, ("lively",))
    assert found.reason == "context 1 has nearly every content word; not found: lively"


@pytest.mark.parametrize(
    ("question", "answer", "verdict"),
    [
        ("Is Delhi in India?", "Yes.", 1),
        ("Is Delhi in Japan?", "yes", 0),
        ("Is Delhi in Japan?", "No.", 1),
        ("Is Delhi in India?", "no", 0),
        ("Is Quito in Peru?", "No", 0),
    ],
)
def test_bare_yes_or_no_is_judged_by_its_question(question: str, answer: str, verdict: int) -> None:
    contexts = ["Delhi is a large city in India."]
    alone = standalone(answer, question)
    assert alone == f"{question} {answer}"
    assert (support(alone, contexts).verdict, support(answer, contexts, question).verdict) == (
        verdict,
        verdict,
    )


def test_comparison_is_not_decided_by_words() -> None:
    for answer in ("yes", "no"):
        found = support(
            answer, ["Delhi and Agra are cities in India."], "Are Delhi and Agra in the same country?"
        )
        assert (found.verdict, found.reason) == (0, "a comparison cannot be checked by words alone")


def test_statement_that_stands_alone_is_left_as_it_is() -> None:
    assert standalone("No, it is in Delhi.", "Is it in Agra?") == "No, it is in Delhi."
    assert standalone("yes", " ") == "yes"


def test_classify_parts_what_is_shared_added_and_left_out() -> None:
    found = classify(
        ["Paris is in France.", "It has 3 million people."], ["Paris is in France.", "Its mayor is Anne."]
    )
    assert found == Classified(
        tp=(("Paris is in France.", "truth statement 1 says this word for word"),),
        fp=(
            (
                "It has 3 million people.",
                "not found with the rest of the statement in any statement of the truth: 3, million, people",
            ),
        ),
        fn=(
            (
                "Its mayor is Anne.",
                "not found with the rest of the statement in any statement of the answer: mayor, Anne",
            ),
        ),
    )


def test_short_answer_matches_a_truth_that_repeats_the_question() -> None:
    found = classify(["Delhi"], ["Its head office is in Delhi."], "Where is its head office?")
    assert [len(part) for part in (found.tp, found.fp, found.fn)] == [1, 0, 0]


def test_context_with_the_answer_is_relevant_and_another_is_not() -> None:
    question = "Where is the head office?"
    assert relevance(question, "Its head office is in Delhi.", "Delhi") == Support(
        1.0, 1, 0, (), None, "the text has 100% of what the answer needs"
    )
    assert relevance(question, "Bananas are yellow.", "Delhi") == Support(
        0.0, 0, 0, ("Delhi",), None, "the text has 0% of what the answer needs; not found: Delhi"
    )
    assert relevance(question, "The head office moved.").verdict == 1
