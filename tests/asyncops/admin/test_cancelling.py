"""Cancelling: by the button and by the action, always after a question, and only by those who may."""

from __future__ import annotations

import pytest

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


def test_select_all_names_them_too(browser_of_marta, marta, neighbour):
    ours = [operation(marta) for _ in range(2)]
    operation(neighbour)
    question = select(browser_of_marta, ours[0], select_across="1").context["question"]
    assert {made.pk for made in question.named} == {made.pk for made in ours}


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
