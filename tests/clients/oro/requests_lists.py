"""jsonapi-requests as its documentation shows it: a list PATCH with a slash at the end, then the operation."""

import json
import sys
import time

import jsonapi_requests

given = json.load(sys.stdin)
api = jsonapi_requests.Api.config(
    {
        "API_ROOT": f"{given['url']}/api",
        "AUTH": (given["username"], given["password"]),
        "VALIDATE_SSL": False,
        "TIMEOUT": 20,
    }
)
sent = api.endpoint("accounts").patch(
    json={"data": [{"type": "accounts", "attributes": {"name": name}} for name in ("requests", "")]}
)
while True:
    operation = api.endpoint(f"asyncoperations/{sent.data.id}").get().data
    if operation.attributes["status"] not in ("new", "running"):
        break
    time.sleep(0.05)
errors = api.endpoint(f"asyncoperations/{sent.data.id}/errors").get().data
sys.stdout.write(
    json.dumps(
        {
            "status": sent.status_code,
            "counts": [operation.attributes["summary"][name] for name in ("writeCount", "errorCount")],
            "pointer": errors[0].attributes["source"]["pointer"],
        }
    )
)
