// The MCP Inspector in its command-line mode, the way people look at a server by
// hand. Its exit codes: 0 fine, 3 not authorized, 5 the tool answered an error,
// 6 a schema that other clients would stumble over.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { binary, overHTTP, scratch } from "./server.mjs";

const launcher = fileURLToPath(new URL("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", import.meta.url));
const home = scratch(); // it keeps settings and tokens in the home folder
const token = "a-token-of-24-characters-or-more";
const eras = ["legacy", "modern"];

// inspect runs it once. It is killed after a while, since it waits for ever where
// a client of the newest protocol version is asked a question.
function inspect(target, ...options) {
  const args = [launcher, "--cli", "--quiet", "--format", "json", ...options, ...target];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, HOME: home }, timeout: 20_000, killSignal: "SIGKILL", maxBuffer: 16 << 20 }, (error, out, err) => {
      resolve({ code: error ? error.code ?? error.signal : 0, out, err, result: out.startsWith("{") ? JSON.parse(out).result : undefined });
    });
  });
}

async function look(target, era) {
  const run = (...options) => inspect(target, "--protocol-era", era, ...options);
  const call = (name, args) => run("--method", "tools/call", "--tool-name", name, "--tool-args-json", JSON.stringify(args));

  const list = await run("--method", "tools/list", "--strict");
  assert.equal(list.code, 0, list.err);
  assert.ok(list.result.tools.length > 10);

  const found = await call("search_assets", { query: "NWD-WKS-001" });
  assert.equal(found.code, 0, found.err);
  assert.equal(found.result.structuredContent.assets[0].id, 70101);

  const missing = await call("get_asset", { asset_id: 1 });
  assert.equal(missing.code, 5, missing.err);
  assert.match(missing.result.content[0].text, /^not_found: /);

  const question = await call("delete_asset", { asset_id: 70154 }); // it cannot ask, so the token way
  assert.equal(question.code, 0, question.err);
  assert.equal(question.result.structuredContent.outcome, "confirmation_required");
}

for (const era of eras) test(`stdio, ${era}`, { timeout: 60_000 }, () => look([binary, "--demo"], era));

test("http and sse", { timeout: 90_000 }, async (t) => {
  const server = await overHTTP({ token, sse: true });
  t.after(server.stop);
  const at = (path, transport) => ["--server-url", server.origin + path, "--transport", transport, "--stored-auth-only"];
  const authorized = ["--header", `Authorization: Bearer ${token}`];
  for (const era of eras) await t.test(`http, ${era}`, () => look([...at("/mcp", "http"), ...authorized], era));
  await t.test("sse, legacy", () => look([...at("/sse", "sse"), ...authorized], "legacy"));
  await t.test("http, no token", async () => {
    const refused = await inspect(at("/mcp", "http"), "--method", "tools/list");
    assert.equal(refused.code, 3, refused.err);
  });
});
