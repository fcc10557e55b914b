"""What nobody should send: an error in Magento's form with the right status, and nothing stored."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.syncapi.conftest import CLIENT, Answer, Program
from tests.syncapi.magento.conftest import BAG, Magento, nothing_happened

PUT = f"/rest/async/V1/products/{BAG}"
GOOD = b'{"product":{"price":29}}'


def refused(answer: Answer, status: int, message: str, parameters: Any = None) -> None:
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.status == status
    assert answer.json == {"message": message} | ({"parameters": parameters} if parameters else {})
    nothing_happened()


@pytest.mark.parametrize(
    "token",
    [None, "wrong", "", "ümlaut", "x" * 4000, "' OR 1=1 --"],
    ids=["none", "wrong", "blank", "odd", "long", "sql"],
)
def test_a_missing_or_wrong_token(magento: Magento, token: str | None):
    answer = Program(token=token).put(PUT, {"product": {"price": 29}})
    refused(
        answer,
        401,
        "The consumer isn't authorized to access %resources.",
        {"resources": "Magento_Catalog::products"},
    )
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_expired_token(magento: Magento, expired_program: Program):
    assert expired_program.put(PUT, {"product": {"price": 29}}).status == 401
    nothing_happened()


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_another_scheme_of_authorization(magento: Magento, scheme: str):
    header = f"{scheme} {magento.program.token}".strip()
    assert Program().put(PUT, {"product": {"price": 29}}, HTTP_AUTHORIZATION=header).status == 401
    nothing_happened()


@pytest.mark.parametrize(
    "body",
    [
        b'{"product":',
        b"{",
        b"\xff\xfe",
        b"{'product': 1}",
        b'{"product":{"name":"a\x00b"}}',
        b"\x1f\x8b\x08",
        b"[" * 100_000,
    ],
)
def test_broken_json(magento: Magento, body: bytes):
    refused(magento.program.put(PUT, body), 400, "Decoding error.")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"product":{"name":"a\\u0000b"}}', "/product/name"),
        (b'{"product":{"name":"\\ud800"}}', "/product/name"),
        (
            b'{"product":{"custom_attributes":[{"attribute_code":"x","value":["\\u0000"]}]}}',
            "/product/custom_attributes/0/value/0",
        ),
        (b'{"product":{"x/\\u0000":1}}', "/product/x~1\\u0000"),
        (b'{"\\udfff":1}', "/\\udfff"),
    ],
)
def test_text_that_no_database_can_keep_is_refused_with_its_place(magento: Magento, body: bytes, field: str):
    details = "The text holds a character that cannot be stored. Remove it and try again."
    refused(magento.program.put(PUT, body), 400, f'Error occurred during "{field}" processing. {details}')


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"9" * 400])
def test_numbers_out_of_range_are_refused_with_their_place(magento: Magento, number: bytes):
    details = "The number is not finite or too large. Verify and try again."
    message = f'Error occurred during "/product/price" processing. {details}'
    refused(magento.program.put(PUT, b'{"product":{"price":' + number + b"}}"), 400, message)


def test_nesting_that_is_too_deep(magento: Magento, settings: Any):
    settings.MAX_JSON_DEPTH = 8
    body = b'{"product":{"custom_attributes":{"x":' + b"[" * 10 + b"]" * 10 + b"}}}"
    refused(
        magento.program.put(PUT, body),
        400,
        "Decoding error. The request body is nested deeper than %1 levels.",
        ["8"],
    )


def test_a_body_above_the_limit(magento: Magento, settings: Any):
    settings.MAX_BODY_BYTES = len(GOOD) - 1
    limit = [str(len(GOOD) - 1)]
    refused(
        magento.program.put(PUT, GOOD), 413, "The request body is larger than %1 bytes. Split it and try again.", limit
    )


def streamed(program: Program, body: bytes, **environment: Any) -> Answer:
    """A request whose body comes as a stream that the server hands through."""
    environment |= {"HTTP_AUTHORIZATION": f"Bearer {program.token}", "wsgi.input": BytesIO(body)}
    response = CLIENT.generic("PUT", PUT, RAW_URI=PUT, CONTENT_TYPE="application/json", **environment)
    return Answer(status=response.status_code, headers=dict(response.headers), body=response.content)


def chunked(program: Program, body: bytes, *, ends: bool = True) -> Answer:
    """Without Content-Length. `ends`: the server promises that the stream ends with the body."""
    return streamed(program, body, HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input_terminated": ends})


def test_a_body_without_length_is_read(magento: Magento):
    assert chunked(magento.program, GOOD).status == 202


def test_a_body_without_length_above_the_limit(magento: Magento, settings: Any):
    settings.MAX_BODY_BYTES = len(GOOD) - 1
    answer = chunked(magento.program, GOOD)
    assert answer.status == 413
    nothing_happened()


def test_a_stream_that_might_never_end_is_not_read(magento: Magento):
    assert chunked(magento.program, GOOD, ends=False).json["parameters"] == {"fieldName": "product"}
    nothing_happened()


def test_a_body_that_ends_too_early(magento: Magento):
    answer = streamed(magento.program, GOOD, CONTENT_LENGTH=str(len(GOOD) + 5))
    refused(answer, 400, "The request body is shorter than its Content-Length.")


def test_a_compressed_body(magento: Magento):
    answer = magento.program.put(PUT, GOOD, HTTP_CONTENT_ENCODING="gzip")
    assert (answer.status, answer.json["parameters"]) == (415, ["gzip"])
    nothing_happened()


@pytest.mark.parametrize(
    ("content_type", "message", "parameters"),
    [
        ("", "Content-Type header is empty.", None),
        ("json", "Content-Type header is invalid.", None),
        ("application/json; charset=latin-1", "UTF-8 is the only supported charset.", None),
        ("text/plain", "Server cannot understand Content-Type HTTP header media type %1", ["text/plain"]),
        (
            "multipart/form-data; boundary=x",
            "Server cannot understand Content-Type HTTP header media type %1",
            ["multipart/form-data"],
        ),
    ],
)
def test_content_types(magento: Magento, content_type: str, message: str, parameters: Any):
    refused(magento.program.put(PUT, GOOD, CONTENT_TYPE=content_type), 400, message, parameters)


@pytest.mark.parametrize("content_type", ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'])
def test_good_content_types(magento: Magento, content_type: str):
    assert magento.program.put(PUT, GOOD, CONTENT_TYPE=content_type).status == 202


def test_a_delete_needs_no_content_type(magento: Magento):
    assert magento.program.delete(PUT, CONTENT_TYPE="").status == 202


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 202),
        ("", 202),
        ("application/*", 202),
        ("text/html, application/json;q=0.5", 202),
        ("text/html", 406),
        ("application/xml", 406),
        ("application/json;q=0", 406),
    ],
)
def test_what_the_client_takes(magento: Magento, accept: str, status: int):
    answer = magento.program.put(PUT, GOOD, HTTP_ACCEPT=accept)
    assert answer.status == status
    assert status == 202 or answer.json["parameters"] == [accept]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("price", "invalid_format", "float"),
        ("price", [1], "float"),
        ("price", {}, "float"),
        ("price", True, "float"),
        ("price", "1_000", "float"),
        ("price", "nan", "float"),
        ("attribute_set_id", "four", "int"),
        ("attribute_set_id", 4.5, "int"),
        ("attribute_set_id", 1e30, "int"),
        ("visibility", [], "int"),
        ("name", ["x"], "string"),
        ("custom_attributes", "x", "array"),
        ("extension_attributes", "x", "object"),
    ],
)
def test_wrong_types_are_refused_when_they_come_in(magento: Magento, field: str, value: Any, expected: str):
    shown = "array" if isinstance(value, list | dict) else "1" if value is True else value
    refused(
        magento.program.put(PUT, {"product": {field: value}}),
        400,
        f'Error occurred during "{field}" processing. The "{shown}" value\'s type is invalid. '
        f'The "{expected}" type was expected. Verify and try again.',
    )


@pytest.mark.parametrize(
    ("product", "field", "place"),
    [
        ({"extension_attributes": {"category_links": [{"position": 1}]}}, "category_id",
         "/product/extension_attributes/category_links/0/category_id"),
        ({"extension_attributes": {"website_ids": [1, None]}}, "website_ids",
         "/product/extension_attributes/website_ids/1"),
        ({"custom_attributes": [{"attribute_code": "category_ids", "value": [None]}]}, "category_ids",
         "/product/custom_attributes/0/value/0"),
        ({"product_links": [{"link_type": "related"}]}, "linked_product_sku",
         "/product/product_links/0/linked_product_sku"),
        ({"tier_prices": [{"qty": 1, "value": 1}]}, "customer_group_id", "/product/tier_prices/0/customer_group_id"),
    ],
)  # fmt: skip
def test_what_a_list_of_a_product_lacks_is_named_with_its_place(magento: Magento, product: Any, field: str, place: str):
    answer = magento.program.put(PUT, {"product": product})
    assert answer.headers["Bulkhead-Error-Path"] == place
    refused(answer, 400, '"%fieldName" is required. Enter and try again.', {"fieldName": field})


@pytest.mark.parametrize("field", ["product_links", "media_gallery_entries", "tier_prices", "custom_attributes"])
@pytest.mark.parametrize(("value", "shown"), [(5, "5"), ("x", "x"), (True, "1")])
def test_what_is_no_list_is_named_by_its_field(magento: Magento, field: str, value: Any, shown: str):
    refused(
        magento.program.put(PUT, {"product": {field: value}}),
        400,
        f'Error occurred during "{field}" processing. The "{shown}" value\'s type is invalid. '
        'The "array" type was expected. Verify and try again.',
    )


@pytest.mark.parametrize("field", ["product_links", "tier_prices"])
def test_an_element_that_is_no_object_has_one_error(magento: Magento, field: str):
    refused(
        magento.program.put(PUT, {"product": {field: [5]}}),
        400,
        f'Error occurred during "{field}" processing. The "5" value\'s type is invalid. '
        'The "object" type was expected. Verify and try again.',
    )


def test_an_object_where_a_list_belongs_is_told_from_a_list(magento: Magento):
    refused(
        magento.program.put(PUT, {"product": {"tier_prices": {"qty": 1}}}),
        400,
        'Error occurred during "tier_prices" processing. The "object" value\'s type is invalid. '
        'The "array" type was expected. Verify and try again.',
    )


def test_a_value_that_looks_like_a_placeholder_has_its_parameters(magento: Magento):
    answer = magento.program.put(PUT, {"product": {"price": "50%off"}})
    assert answer.json["message"] == 'Error occurred during "%field_name" processing. %details'
    assert answer.json["parameters"].keys() == {"field_name", "details"}
    nothing_happened()


@pytest.mark.parametrize("product", [5, "text", [1], True])
def test_a_product_that_is_no_object(magento: Magento, product: Any):
    answer = magento.program.put(PUT, {"product": product})
    assert (answer.status, answer.json["message"][:39]) == (400, 'Error occurred during "product" process')
    nothing_happened()


def test_a_name_with_a_line_break_forges_no_header(magento: Magento):
    answer = magento.program.put(PUT, {"product": {"x\r\nSet-Cookie: a=b": 1}})
    assert answer.status == 400
    assert answer.headers["Bulkhead-Error-Path"] == "/product/x%0D%0ASet-Cookie%3A%20a%3Db"
    nothing_happened()


@pytest.mark.parametrize("path", ["/rest/V1/products/%00", "/rest/V1/products/%ff", "/rest/V1/products/a%00b"])
def test_paths_that_no_sku_can_have(magento: Magento, path: str):
    answer = magento.program.get(path)
    refused(answer, 400, "Specified request cannot be processed.")


def test_a_path_that_the_server_has_decoded_has_no_nul_either(magento: Magento):
    answer = magento.program.get("/rest/V1/products/a%00b", RAW_URI="")
    refused(answer, 400, "Specified request cannot be processed.")


def test_an_unexpected_error_tells_only_its_number(magento: Magento, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("syncapi.magento.products.find", broken)
    answer = magento.call("GET", f"products/{BAG}")
    assert answer.status == 500
    assert answer.json["message"].startswith(
        "Internal Error. Details are available in Magento log file. Report ID: webapi-"
    )
    assert b"secret" not in answer.body
    nothing_happened()
