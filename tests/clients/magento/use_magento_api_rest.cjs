// What an integrator's program does with npm's magento-api-rest, which signs each request: reads, writes, sends a bulk.
const Magento = require("magento-api-rest").default;
const given = JSON.parse(require("fs").readFileSync(0));

function clientOf(options) {
  const { consumer_key, consumer_secret, access_token, access_token_secret } = given.keys;
  const keys = { consumerKey: consumer_key, consumerSecret: consumer_secret };
  return new Magento({ url: given.url, ...keys, accessToken: access_token, tokenSecret: access_token_secret, ...options });
}

async function failure(call) {
  try {
    await call;
  } catch (error) {
    return [error.response.status, error.response.data.message];
  }
  return null;
}

async function finished(client, bulk) {
  for (const until = Date.now() + 60000; Date.now() < until; ) {
    const { data } = await client.get(`bulk/${bulk}/status`);
    const open = data.operations_list.filter((operation) => operation.status === 4);
    if (!open.length) return data.operations_list.map((operation) => operation.status);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${bulk} has not finished`);
}

async function main() {
  const client = clientOf({ sha: 256 });
  const older = clientOf({ url: `${given.url}/`, sha: 1 });
  const bulks = clientOf({ sha: 256, type: "async/bulk/V1" });
  const told = {};
  told.product = (await client.get("products/24-MB01")).data.sku;
  told.websites = (await older.get("store/websites")).data.map((website) => website.code);
  const sorted = { status: 1, $sort: { sku: "ASC" }, $perPage: 3, $page: 2 };
  told.found = (await client.get("products", sorted)).data.items.map((product) => product.sku);
  const filters = [{ field: "name", value: "%duffle bag%", condition_type: "like" }];
  told.like = (await client.get("products", { filter_groups: [{ filters }], page_size: 1 })).data.total_count > 0;
  const product = { sku: "NPM 1/ü", name: "Npm", price: 5, attribute_set_id: 4 };
  told.created = (await client.post("products", { product })).data.price;
  const path = `products/${encodeURIComponent(product.sku)}`;
  told.updated = (await older.put(path, { product: { price: 6 } })).data.price;
  const two = ["NPM-A", "NPM-B"].map((sku) => ({ product: { ...product, sku } }));
  told.bulk = await finished(client, (await bulks.post("products", two)).data.bulk_uuid);
  told.deleted = (await client.delete(path)).data;
  told.gone = await failure(client.get(path));
  told.invalid = await failure(client.post("products", { product: { sku: "NPM-C", price: 1 } }));
  told.wrong = await failure(clientOf({ tokenSecret: "wrong" }).get("store/websites"));
  console.log(JSON.stringify(told));
}

main();
