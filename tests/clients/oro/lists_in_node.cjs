// Both clients send a list as their own documentation shows, wait for the operation, and read what became of it.
const { Kitsu } = (() => { const found = require("kitsu"); return { Kitsu: found.default || found }; })();
const Devour = (() => { const found = require("devour-client"); return found.default || found; })();

const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const headers = { Authorization: `Bearer ${given.token}` };
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function kitsu() {
  const api = new Kitsu({ baseURL: `${given.url}/api`, headers, pluralize: false, camelCaseTypes: false });
  const first = await api.create("accounts", { name: "kitsu old" });
  const sent = await api.patch("accounts", [
    { id: first.data.id, name: "kitsu new", meta: { update: true } },
    { id: "new1", name: "kitsu second" },
    { id: first.data.id, meta: { update: true }, owner: { data: { id: "1", type: "users" } } },
    { id: "new2", name: "" },
  ]);
  let operation = sent.data;
  while (["new", "running"].includes(operation.status)) {
    await pause(50);
    operation = (await api.get(`asyncoperations/${sent.data.id}`)).data;
  }
  const errors = await api.get(`asyncoperations/${sent.data.id}/errors`);
  const read = await api.get(`accounts/${first.data.id}`);
  const named = await api.get("accounts", { params: { filter: { id: [first.data.id] }, page: { size: 2 } } });
  const removed = await api.delete("accounts", first.data.id).then(() => "deleted");
  let unfiltered = 0;
  await api.delete("accounts", ["1", "2"]).catch((reason) => { unfiltered = reason.response.status; });
  return {
    accepted: [sent.status, sent.data.type, sent.data.status],
    counts: [operation.summary.writeCount, operation.summary.errorCount, operation.status],
    pointer: errors.data[0].source.pointer,
    name: read.data.name,
    listed: named.data.length,
    removed,
    unfiltered,
  };
}

async function devour() {
  const api = new Devour({ apiUrl: `${given.url}/api`, logger: false });
  api.headers.Authorization = headers.Authorization;
  api.define("account", { name: "" });
  api.define("asyncoperation", { status: "", progress: "", summary: "" });
  const made = await api.create("account", { name: "devour old" });
  const sent = await api.all("account").patch([
    { id: made.data.id, name: "devour new", meta: { update: true } },
    { name: "devour second" },
  ]);
  let operation = sent.data;
  while (["new", "running"].includes(operation.status)) {
    await pause(50);
    operation = (await api.find("asyncoperation", sent.data.id)).data;
  }
  const read = await api.find("account", made.data.id);
  let list = {};
  await api.create("account", [{ name: "x" }, { name: "y" }]).catch((reason) => { list = reason; });
  let blank = {};
  await api.create("account", { name: "" }).catch((reason) => { blank = reason; });
  return {
    counts: [operation.summary.writeCount, operation.summary.errorCount, operation.status],
    name: read.data.name,
    blank: Object.keys(blank),
    list: Object.keys(list).length > 0,
  };
}

(async () => console.log(JSON.stringify({ kitsu: await kitsu(), devour: await devour() })))();
