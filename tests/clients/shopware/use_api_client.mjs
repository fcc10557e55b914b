// Runs beside the installed client: signs in, syncs in list form, searches, and reads how a bad record is refused.
import { readFileSync } from "node:fs";
import { createAdminAPIClient } from "@shopware/api-client";

const given = JSON.parse(readFileSync(0, "utf8"));
const client = createAdminAPIClient({
  baseURL: `${given.url}/api`,
  credentials: { grant_type: "client_credentials", ...given.shopware },
});
const sync = (payload) =>
  client.invoke("sync post /_action/sync", {
    body: [{ key: "write-tax", entity: "tax", action: "upsert", payload }],
  });

const told = {};
await sync(given.ids.map((id) => ({ id, name: "of a node client", taxRate: 7 })));
const found = await client.invoke("searchTax post /search/tax", {
  headers: { accept: "application/json" },
  body: { filter: [{ type: "equals", field: "name", value: "of a node client" }] },
});
told.found = found.data.data.length;
try {
  await sync([{ name: "without a rate" }]);
} catch (error) {
  told.refused = error.message.includes("/write-tax/0/taxRate");
}
console.log(JSON.stringify(told));
