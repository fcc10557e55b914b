"""Cancelling: by the button and by the action, always after a question, and only by those who may."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from asyncops import journal
from asyncops.models import Chunk, Operation
from asyncops.states import ChunkState, State
from tests.asyncops.admin.scenes import LIST, at_the_admin, cancel_page, operation, page, said

SELECTED = f"{LIST}cancel/"


def states():
    return list(Operation.objects.order_by("seq").values_list("state", flat=True))


def select(client, *operations, **more):
    chosen = [str(made.pk) for made in operations]
    return client.post(LIST, {"action": "cancel_selected", "_selected_action": chosen, **more})


def test_the_button_asks_and_then_cancels(browser_of_marta, marta):
    made, bystander = operation(marta), operation(marta)
    assert cancel_page(made) in browser_of_marta.get(page(made)).content.decode()
    question = browser_of_marta.get(cancel_page(made))
    assert "Cancel 1 operation?" in question.content.decode()
    assert states() == ["new", "new"]
    answer = browser_of_marta.post(cancel_page(made), {"operations": str(bystander.pk)})
    assert answer.headers["Location"] == page(made)
    assert said(browser_of_marta, page(made)) == ["1 cancelled."]
    assert states() == ["cancelled", "new"]
    assert Operation.objects.get(pk=made.pk).cancel_requested_by == marta


def test_an_operation_whose_chunk_is_at_work_ends_when_that_ends(browser_of_marta, marta):
    made = operation(marta, state=State.RUNNING)
    Chunk.objects.update(state=ChunkState.LEASED)
    browser_of_marta.post(cancel_page(made))
    assert said(browser_of_marta, page(made)) == ["1 cancelled."]
    assert states() == ["running"]
    assert "op-badge--cancelling" in browser_of_marta.get(page(made)).content.decode()


def test_a_finished_operation_has_no_button_and_cannot_be_cancelled(browser_of_marta, marta):
    made = operation(marta, state=State.SUCCESS)
    assert cancel_page(made) not in browser_of_marta.get(page(made)).content.decode()
    browser_of_marta.post(cancel_page(made))
    assert said(browser_of_marta, page(made)) == ["0 cancelled, 1 already finished."]
    assert states() == ["success"]


def test_the_action_asks_and_then_cancels_those_that_it_named(browser_of_marta, marta):
    live = [operation(marta) for _ in range(3)]
    done, bystander = operation(marta, state=State.SUCCESS), operation(marta)
    question = select(browser_of_marta, *live, done)
    assert "Cancel 3 operations?" in question.content.decode()
    assert "1 already finished." in question.content.decode()
    assert states() == ["new", "new", "new", "success", "new"]
    named = question.context["question"].numbers
    assert str(bystander.pk) not in named.split(",")
    browser_of_marta.post(SELECTED, {"operations": named})
    assert said(browser_of_marta, LIST) == ["3 cancelled, 1 already finished."]
    assert states() == ["cancelled", "cancelled", "cancelled", "success", "new"]


def across(client, query="", action="cancel_selected"):
    """The question about all that the list shows; and the answer "yes"."""
    asked = client.post(LIST + query, {"action": action, "_selected_action": ["1"], "select_across": "1"})
    question = asked.context["question"]
    to = f"{LIST}many/{question.slug}/?{question.filters}"
    return question, lambda: client.post(to, {"operations": question.numbers, "newest": str(question.newest)})


def test_all_that_match_are_cancelled_by_an_operation(browser_of_marta, marta, neighbour):
    meant = [operation(marta, dialect="oro") for _ in range(3)]
    operation(marta, dialect="oro", state=State.SUCCESS), operation(marta, dialect="magento")
    operation(neighbour, dialect="oro")
    question, yes = across(browser_of_marta, "?dialect=oro")
    assert (question.count, question.is_more, list(question.shown)) == (3, False, meant[::-1])
    later = operation(marta, dialect="oro")
    answer = yes()
    made = Operation.objects.get(dialect="console")
    assert answer.headers["Location"] == page(made)
    sent = [item.payload["operation"] for item in journal.items(made, with_payload=True)]
    assert sent == [str(operation.uuid) for operation in meant]
    assert str(later.uuid) not in sent
    assert states().count("cancelled") == 0


def test_a_filter_that_means_nothing_reaches_nothing(browser_of_marta, marta):
    operation(marta)
    question, yes = across(browser_of_marta, "?owner=nobody")
    assert question.count == 0
    yes()
    assert not Operation.objects.filter(dialect="console").exists()


def test_more_than_a_thousand_are_not_counted(browser_of_marta, marta, monkeypatch):
    monkeypatch.setattr("asyncops.admin.many.MOST_COUNTED", 2)
    for _ in range(4):
        operation(marta)
    question, yes = across(browser_of_marta)
    assert question.title == "Cancel more than 2 operations"
    yes()
    assert Operation.objects.get(dialect="console").total == 4


def test_the_refused_items_of_those_selected_are_retried(marta):
    marta.user_permissions.add(Permission.objects.get(codename="retry_operation"))
    client = at_the_admin(marta)
    bad, good = operation(marta, state=State.SUCCESS, refused=1), operation(marta, state=State.SUCCESS)
    chosen = [str(bad.pk), str(good.pk)]
    question = client.post(LIST, {"action": "retry_selected", "_selected_action": chosen}).context["question"]
    client.post(f"{LIST}many/{question.slug}/", {"operations": question.numbers, "newest": question.newest})
    made = Operation.objects.get(dialect="console")
    assert [item.payload for item in journal.items(made, with_payload=True)] == [{"operation": str(bad.uuid)}]


@pytest.mark.parametrize("kind", ["cancel", "retry-refused"])
def test_many_want_the_permission_a_post_and_the_form_of_this_site(onlooker, root, kind):
    made, there = operation(onlooker), f"{LIST}many/{kind}/"
    assert at_the_admin(onlooker).post(there, {"operations": str(made.pk)}).status_code == 403
    assert at_the_admin(root).get(there).headers["Location"] == LIST
    assert at_the_admin(root, enforce_csrf_checks=True).post(there, {"operations": str(made.pk)}).status_code == 403
    assert at_the_admin(root).post(f"{LIST}many/explode/").status_code == 404
    assert not Operation.objects.filter(dialect="console").exists()


def test_one_confirmation_takes_a_thousand(browser_of_marta, marta, monkeypatch):
    monkeypatch.setattr("asyncops.admin.cancelling.MOST_COUNTED", 2)
    made = [operation(marta) for _ in range(3)]
    question = select(browser_of_marta, *made)
    assert "these are the newest 2" in question.content.decode()
    assert question.context["question"].numbers == f"{made[2].pk},{made[1].pk}"


@pytest.mark.parametrize("numbers", ["", "x", "1,,2", "²", "9" * 30])
def test_numbers_that_are_none_cancel_nothing(browser_of_marta, marta, numbers):
    operation(marta)
    assert browser_of_marta.post(SELECTED, {"operations": numbers}).status_code == 302
    assert states() == ["new"]


def test_a_get_changes_nothing(browser_of_marta, marta):
    made = operation(marta)
    browser_of_marta.get(cancel_page(made))
    browser_of_marta.get(f"{cancel_page(made)}?operations={made.pk}")
    assert browser_of_marta.get(f"{SELECTED}?operations={made.pk}").status_code == 302
    assert states() == ["new"]


def test_without_the_permission_there_is_no_button_no_action_and_no_way(onlooker):
    made, client = operation(onlooker), at_the_admin(onlooker)
    assert cancel_page(made) not in client.get(page(made)).content.decode()
    assert "cancel_selected" not in client.get(LIST).content.decode()
    select(client, made)
    assert client.get(cancel_page(made)).status_code == 403
    assert client.post(cancel_page(made)).status_code == 403
    assert client.post(SELECTED, {"operations": str(made.pk)}).status_code == 403
    assert states() == ["new"]
    assert Operation.objects.get().cancel_requested_at is None


def test_another_organizations_operation_stays_as_it_is(marta, neighbour):
    made, client = operation(marta), at_the_admin(neighbour)
    assert client.post(cancel_page(made)).status_code == 404
    client.post(SELECTED, {"operations": str(made.pk)})
    assert said(client, LIST) == ["0 cancelled."]
    assert states() == ["new"]


def test_a_form_of_another_site_is_refused(marta):
    made, client = operation(marta), at_the_admin(marta, enforce_csrf_checks=True)
    assert client.post(cancel_page(made)).status_code == 403
    assert client.post(SELECTED, {"operations": str(made.pk)}).status_code == 403
    assert select(client, made).status_code == 403
    assert states() == ["new"]


def test_who_is_not_staff_is_sent_to_the_login(marta):
    made, client = operation(marta), at_the_admin(marta)
    type(marta).objects.update(is_staff=False)
    assert client.post(cancel_page(made)).headers["Location"].startswith("/admin/login/")
    assert states() == ["new"]
