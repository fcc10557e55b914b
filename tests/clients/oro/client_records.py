"""jsonapi-client as its documentation shows it: sessions, pages, single resources."""

import json
import sys

from jsonapi_client import Modifier, Session
from jsonapi_client.exceptions import DocumentError

given = json.load(sys.stdin)
schema = {"accounts": {"properties": {"name": {"type": "string"}, "externalId": {"type": ["string", "null"]}}}}
headers = {"Authorization": f"Bearer {given['token']}"}
session = Session(f"{given['url']}/api", schema=schema, request_kwargs={"headers": headers})
made = []
for name in ("one", "two", "three"):
    account = session.create("accounts")
    account.name = name
    account.commit()
    made.append(account.id)
account = session.get("accounts", made[0]).resource
account.name = "changed"
account.commit()
ids = [found.id for found in session.iterate("accounts", Modifier("page[size]=2"))]
bad = session.create("accounts")
bad.name = ""
try:
    bad.commit()
    refusal = ""
except DocumentError as reason:
    refusal = str(reason)
again = Session(f"{given['url']}/api", schema=schema, request_kwargs={"headers": headers})
sys.stdout.write(
    json.dumps(
        {
            "name": again.get("accounts", made[0]).resource.name,
            "all": set(made) <= set(ids),
            "refused": "not blank constraint" in refusal,
        }
    )
)
