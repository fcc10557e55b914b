"""OAuth 1.0a as a Magento integration uses it: the four values, the signature, and what nobody may send twice."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache, caches
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from catalog import consumers
from catalog.consumers import Consumer
from catalog.models import Integration, User
from syncapi.magento import signatures
from tests.syncapi.conftest import Answer, Program
from tests.syncapi.magento.conftest import BAG

PRODUCT = f"/rest/default/V1/products/{BAG}"
WRONG = {"message": "The signature is invalid. Verify and try again."}
_NONCES = itertools.count()


@pytest.fixture(autouse=True)
def _no_nonces_yet() -> None:
    cache.clear()


@pytest.fixture
def integration(admin: User) -> Integration:
    return Integration.issue(admin, name="erp")[0]


@pytest.fixture
def erp(integration: Integration, products: None) -> Consumer:
    return consumers.of(integration)


def header(
    consumer: Consumer, method: str, path: str, *, host: str = "http://testserver", by: str = "HMAC-SHA256", **more: Any
) -> str:
    parameters = {
        "oauth_consumer_key": consumer.consumer_key,
        "oauth_token": consumer.access_token,
        "oauth_signature_method": by,
        "oauth_timestamp": str(int(timezone.now().timestamp())),
        "oauth_nonce": f"n{next(_NONCES)}",
        "oauth_version": "1.0",
    } | more
    text = signatures.text(method, host + path, parameters)
    signature = signatures.sign(
        text,
        method=by if by in signatures.METHODS else "HMAC-SHA1",
        consumer_secret=consumer.consumer_secret,
        token_secret=consumer.access_token_secret,
    )
    signed = {"oauth_signature": signature} | parameters
    return "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in signed.items())


def call(consumer: Consumer, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    return Program().call(method, path, body, HTTP_AUTHORIZATION=header(consumer, method, path, **more))


def test_the_text_and_the_signature_are_those_of_the_standards_own_example():
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1191242096",
        "oauth_nonce": "kllo9940pd9333jh",
        "oauth_version": "1.0",
    }
    text = signatures.text("get", "http://Photos.example.net:80/photos?file=vacation.jpg&size=original", parameters)
    assert text == (
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03"
        "%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096"
        "%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal"
    )
    signed = signatures.sign(
        text, method="HMAC-SHA1", consumer_secret="kd94hf93k423kf44", token_secret="pfkkdhi9sl3r4s00"
    )
    assert signed == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


@pytest.mark.parametrize("by", ["HMAC-SHA1", "HMAC-SHA256"])
def test_a_signed_request_is_its_users(erp: Consumer, by: str):
    assert call(erp, "GET", PRODUCT, by=by).json["sku"] == BAG
    answer = call(erp, "PUT", f"/rest/async/V1/products/{BAG}", {"product": {"price": 3}}, by=by)
    assert answer.status == 202
    bulk = call(erp, "GET", f"/rest/V1/bulk/{answer.json['bulk_uuid']}/status").json
    assert (bulk["user_type"], bulk["operation_count"]) == (1, 1)  # an integration's


@pytest.mark.parametrize("host", ["testserver:80", "testserver:8080", "TestServer", "testserver:99999"])
def test_the_host_is_that_of_the_request_whatever_its_port(erp: Consumer, host: str):
    signed = header(erp, "GET", PRODUCT, host=f"http://{host}")
    assert Program().call("GET", PRODUCT, HTTP_AUTHORIZATION=signed, HTTP_HOST=host).json["sku"] == BAG


@pytest.mark.parametrize(
    "path",
    [
        "/rest/V1/products?searchCriteria[filter_groups][0][filters][0][field]=sku&searchCriteria[pageSize]=1",
        "/rest/V1/products?searchCriteria%5BpageSize%5D=1&fields=items%5Bsku%5D",
        "/rest/V1/products?searchCriteria",
        "/rest//V1/products/a%2Fb%20%C3%BC",
        f"/rest/V1/products/{BAG}?x=a+b&x=%2B&y=",
    ],
)
def test_what_is_signed_is_the_address_as_it_was_sent(erp: Consumer, path: str):
    assert call(erp, "GET", path).status in {200, 404}


@pytest.mark.parametrize(
    "change",
    [
        {"host": "http://elsewhere"},
        {"oauth_token": "0" * 32},
        {"oauth_consumer_key": "SWIANOSUCH"},
    ],
)
def test_a_signature_of_something_else_is_refused(erp: Consumer, change: dict[str, str]):
    answer = call(erp, "GET", PRODUCT, **change)
    assert (answer.status, answer.json) == (401, WRONG)


def test_a_signature_fits_one_request_only(erp: Consumer):
    signed = header(erp, "GET", PRODUCT)
    for method, path in (("PUT", PRODUCT), ("GET", f"{PRODUCT}?fields=sku"), ("GET", "/rest/all/V1/products/24-MB01")):
        assert Program().call(method, path, {}, HTTP_AUTHORIZATION=signed).json == WRONG
    assert Program().get(PRODUCT, HTTP_AUTHORIZATION=signed).status == 200
    again = Program().get(PRODUCT, HTTP_AUTHORIZATION=signed)
    message = "The nonce is already being used by the consumer with ID %1"
    assert (again.status, again.json) == (401, {"message": message, "parameters": [erp.consumer_key]})


@pytest.mark.parametrize("seconds", [-601, 601])
def test_an_old_request_and_one_of_the_future_are_refused(erp: Consumer, seconds: int):
    stamp = str(int(timezone.now().timestamp()) + seconds)
    answer = call(erp, "GET", PRODUCT, oauth_timestamp=stamp)
    assert (answer.status, answer.json["message"]) == (
        401,
        "Incorrect timestamp value in the oauth_timestamp parameter",
    )


@pytest.mark.parametrize(
    ("change", "parameters"),
    [
        ({"oauth_nonce": ""}, {"fieldName": "oauth_nonce"}),
        ({"oauth_timestamp": "now"}, None),
        ({"by": "PLAINTEXT"}, ["PLAINTEXT", "HMAC-SHA1, HMAC-SHA256"]),
        ({"oauth_nonce": "\0"}, {"fieldName": "oauth_nonce"}),
        ({"oauth_token": "ü"}, None),
    ],
)
def test_a_header_that_says_too_little_is_told_what_it_lacks(erp: Consumer, change: dict[str, str], parameters: Any):
    answer = call(erp, "GET", PRODUCT, **change)
    assert (answer.status, answer.json.get("parameters")) == (401, parameters)


def test_what_was_revoked_signs_no_more(erp: Consumer, integration: Integration):
    Integration.objects.update(revoked_at=timezone.now())
    assert call(erp, "GET", PRODUCT).json == WRONG


def test_a_user_who_is_disabled_takes_his_integrations_along(erp: Consumer, admin: User):
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert call(erp, "GET", PRODUCT).json == WRONG


def test_a_signature_gives_no_more_rights_than_its_user_has(limited: User, products: None):
    mine = consumers.of(Integration.issue(limited, name="erp")[0])
    assert call(mine, "GET", PRODUCT).status == 403


def test_nothing_that_it_signs_with_is_kept_and_no_two_have_the_same(admin: User):
    first, second = (Integration.issue(admin, name="erp")[0] for _ in range(2))
    values = {value for made in (first, second) for value in (consumers.of(made).consumer_secret,
        consumers.of(made).access_token, consumers.of(made).access_token_secret)}  # fmt: skip
    assert len(values) == 6
    kept = str(list(Integration.objects.values()))
    assert not [value for value in values if value in kept]


def test_its_last_use_is_noted_once_a_minute(erp: Consumer, django_assert_num_queries: Any):
    call(erp, "GET", PRODUCT)
    used_at = Integration.objects.get().used_at
    assert used_at is not None
    call(erp, "GET", PRODUCT)
    assert Integration.objects.get().used_at == used_at


def test_without_redis_each_process_remembers_nonces_for_itself(erp: Consumer, monkeypatch: pytest.MonkeyPatch):
    def away(*args: Any, **options: Any) -> None:
        raise RedisAway

    caches["local"].clear()
    monkeypatch.setattr(caches["default"], "add", away)
    signed = header(erp, "GET", PRODUCT)
    assert [Program().get(PRODUCT, HTTP_AUTHORIZATION=signed).status for _ in range(2)] == [200, 401]
