// What an app does with Shopware's own SDK: searches, writes through the Sync API, replaces relations, uploads a file.
import { readFileSync } from "node:fs";
import { HttpClient, SimpleShop } from "@shopware-ag/app-server-sdk";
import { ApiContext, Defaults, EntityRepository, SyncOperation, SyncService, uuid } from "@shopware-ag/app-server-sdk/helper/admin-api";
import { Criteria } from "@shopware-ag/app-server-sdk/helper/criteria";
import { createMediaFolder, getMediaFolderByName, uploadMediaFile } from "@shopware-ag/app-server-sdk/helper/media";

const given = JSON.parse(readFileSync(0));
const told = {};

function clientOf(clientId, clientSecret) {
  const shop = new SimpleShop("shop", given.url, "secret");
  shop.setShopCredentials(clientId, clientSecret);
  return new HttpClient(shop);
}

async function failure(call) {
  try {
    await call;
  } catch (error) {
    return [error.response.statusCode, error.message];
  }
  return null;
}

const client = clientOf(given.keys.client_id, given.keys.client_secret);
const context = new ApiContext(null, true);
const products = new EntityRepository(client, "product");

async function found(id) {
  const criteria = new Criteria([id]).addAssociation("visibilities").addAssociation("media");
  return (await products.search(criteria, context)).first();
}

const taxes = new Criteria().addFilter(Criteria.equals("taxRate", 19)).addAggregation(Criteria.max("highest", "taxRate"));
const tax = await new EntityRepository(client, "tax").search(taxes, context);
told.tax = [tax.total >= 1, tax.aggregations.highest.max >= 19];
told.ids = (await products.searchIds(new Criteria().setTerm("duffle").setLimit(2), context)).length > 0;

const folder = await createMediaFolder(client, `App ${uuid()}`, {});
told.folder = (await getMediaFolderByName(client, "no such folder")) === null;
const file = new Blob([Buffer.from(given.image, "base64")], { type: "image/png" });
const mediaId = await uploadMediaFile(client, { file, fileName: `app-${uuid()}.png`, mediaFolderId: folder });

const id = uuid();
const category = uuid();
await new EntityRepository(client, "category").upsert([{ id: category, name: "App", active: true }], context);
const price = [{ currencyId: Defaults.systemCurrencyId, net: 1, gross: 1.19, linked: false }];
const visibilities = [{ salesChannelId: given.channel, visibility: 30 }];
const record = { id, productNumber: `APP-${id}`, name: "App", stock: 3, taxId: tax.first().id, price, visibilities };
await products.upsert([{ ...record, categories: [{ id: category }] }], context);
const parts = new Criteria([id]).addFields("name", "tax.taxRate");
const part = (await products.search(parts, context)).first();
told.part = [part.name, part.tax.taxRate >= 19, "stock" in part];
told.created = (await found(id)).visibilities.map((each) => each.visibility);

// Shopware's recipe for "these and no others": delete by criteria and write anew, in one request.
const mine = [Criteria.equals("productId", id)];
const media = [{ id: uuid(), mediaId, position: 0 }];
await new SyncService(client).sync([
  new SyncOperation("visibility-delete", "product_visibility", "delete", [], mine),
  new SyncOperation("media-delete", "product_media", "delete", [], mine),
  new SyncOperation("product-update", "product", "upsert", [
    { id, name: "App 2", coverId: media[0].id, media, visibilities: [{ ...visibilities[0], visibility: 10 }] },
  ]),
]);
const changed = await found(id);
told.changed = [changed.name, changed.visibilities.map((each) => each.visibility), changed.media.length];
told.cover = changed.coverId === media[0].id;

told.refused = await failure(products.upsert([{ id: uuid(), name: "no number" }], context));
told.absent = (await failure(client.get(`/product/${uuid()}`)))[0];
told.stranger = (await failure(clientOf("SWIANOSUCH", "wrong").get("/_info/config")))[0];
await products.deleteByFilters([Criteria.equals("productNumber", record.productNumber)], context);
told.gone = (await found(id)) === null;
console.log(JSON.stringify(told));
