// The official TypeScript SDK 2.x: protocol version 2026-07-28, which has no
// sessions and asks by a result that the client answers in a second call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { accepts, checks, declines } from "./checks.mjs";
import { closing, overHTTP, overStdio } from "./server.mjs";

const newest = "2026-07-28";

const token = "a-token-of-24-characters-or-more";
const authorized = { requestInit: { headers: { Authorization: `Bearer ${token}` } } };

const transports = {
  stdio: { start: overStdio, connect: (server) => new StdioClientTransport({ ...server, stderr: "ignore" }) },
  http: { start: () => overHTTP({ token }), connect: (server) => new StreamableHTTPClientTransport(new URL("/mcp", server.origin), authorized) },
  sse: { start: () => overHTTP({ token, sse: true }), connect: (server) => new SSEClientTransport(new URL("/sse", server.origin), authorized) },
};

async function connect(server, later, transport, { form = false, mode = { pin: newest }, inputRequired } = {}) {
  const client = new Client({ name: "sdk2", version: "1" }, {
    capabilities: form ? { elicitation: { form: {} } } : {}, versionNegotiation: { mode }, inputRequired,
  });
  const desk = { client, asks: form, answer: declines, questions: [], errors: [], audit: server.audit, notFound: -32602 };
  client.onerror = (error) => desk.errors.push(error);
  if (form) {
    client.setRequestHandler("elicitation/create", ({ params }) => {
      desk.questions.push(params.message);
      return desk.answer();
    });
  }
  later(() => client.close());
  await client.connect(transport);
  desk.call = (name, args, options) => client.callTool({ name, arguments: args }, options);
  return desk;
}

for (const name of ["stdio", "http"]) {
  const { start, connect: transport } = transports[name];
  for (const form of [true, false]) {
    test(`${name}, ${form ? "a client that can ask" : "a client that cannot ask"}`, { timeout: 60_000 }, async (t) => {
      const later = closing(t);
      const server = await start();
      later(server.stop);
      const desk = await connect(server, later, transport(server), { form });
      assert.equal(desk.client.getNegotiatedProtocolVersion(), newest);
      for (const [what, check] of Object.entries(checks)) await t.test(what, (t) => check(desk, t));
    });
  }

  test(`${name}, the questions as they travel`, { timeout: 30_000 }, async (t) => {
    const later = closing(t);
    const server = await start();
    later(server.stop);
    const { client } = await connect(server, later, transport(server), { form: true, inputRequired: { autoFulfill: false } });
    const call = (more) => client.callTool({ name: "delete_asset", arguments: { asset_id: 70154 }, ...more }, { allowInputRequired: true });
    const asked = await call();
    assert.equal(asked.resultType, "input_required");
    const [[key, question]] = Object.entries(asked.inputRequests);
    assert.equal(question.method, "elicitation/create");
    assert.match(question.params.message, /HLL-LT-SPARE.*\?/);
    const yes = { inputResponses: { [key]: accepts() }, requestState: asked.requestState };

    const forAnother = await client.callTool({ name: "delete_asset", arguments: { asset_id: 70153 }, ...yes }, { allowInputRequired: true });
    assert.equal(forAnother.isError, true, "a yes for one machine was taken for another");
    const forged = await call({ ...yes, requestState: asked.requestState.slice(0, -4) + "AAAA" });
    assert.equal(forged.isError, true, "a forged state was taken");
    const done = await call(yes);
    assert.equal(done.structuredContent?.outcome, "done", JSON.stringify(done));
    const twice = await call(yes);
    assert.equal(twice.isError, true, "a yes was taken twice");
  });
}

// Nothing changes while the server runs, so each subscription is acknowledged and
// then ends. Many times, since the order was once left to chance.
for (const name of ["stdio", "http"]) {
  test(`${name}, subscriptions are acknowledged first`, { timeout: 30_000 }, async (t) => {
    const later = closing(t);
    const server = await transports[name].start();
    later(server.stop);
    const { client } = await connect(server, later, transports[name].connect(server));
    for (let i = 0; i < 100; i++) {
      const subscription = await client.listen({ toolsListChanged: true });
      await subscription.close();
    }
  });
}

// A client that finds out for itself what the server speaks.
for (const [name, { start, connect: transport }] of Object.entries(transports)) {
  for (const mode of ["auto", "legacy"]) {
    test(`${name}, version ${mode}`, { timeout: 30_000 }, async (t) => {
      const later = closing(t);
      const server = await start();
      later(server.stop);
      const desk = await connect(server, later, transport(server), { mode });
      const modern = mode === "auto" && name !== "sse"; // that transport is older than the newest version
      assert.equal(desk.client.getNegotiatedProtocolVersion(), modern ? newest : "2025-11-25");
      for (const what of ["the list of tools", "errors", "the client had nothing to complain about"]) {
        await t.test(what, (t) => checks[what](desk, t));
      }
    });
  }
}
