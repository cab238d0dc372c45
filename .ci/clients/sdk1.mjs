// The official TypeScript SDK 1.x: the protocol versions before 2026-07-28 over
// every transport, with a client that can ask its user and one that cannot.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema, LATEST_PROTOCOL_VERSION } from "@modelcontextprotocol/sdk/types.js";
import { checks, declines } from "./checks.mjs";
import { closing, overHTTP, overStdio } from "./server.mjs";

// What a client complains about when it gets an answer to a call that it cancelled.
const answered = /response for an unknown message ID: .*the call was cancelled/;

const token = "a-token-of-24-characters-or-more";
const withToken = (given) => ({ requestInit: { headers: { Authorization: `Bearer ${given}` } } });

const transports = {
  stdio: { start: overStdio, connect: (server) => new StdioClientTransport({ ...server, stderr: "ignore" }), asks: true },
  http: {
    start: () => overHTTP({ token }), asks: true, complaints: [answered],
    connect: (server, given = token) => new StreamableHTTPClientTransport(new URL("/mcp", server.origin), withToken(given)),
  },
  sse: {
    start: () => overHTTP({ token, sse: true }), complaints: [answered],
    asks: false, // it carries no questions here: they go by token
    connect: (server, given = token) => new SSEClientTransport(new URL("/sse", server.origin), withToken(given)),
  },
};

// speaking makes a transport ask for an older version than the SDK would.
function speaking(version, transport) {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if (message.method === "initialize") message = { ...message, params: { ...message.params, protocolVersion: version } };
    return send(message, options);
  };
  return transport;
}

async function connect(server, later, transport, { form = false, version = LATEST_PROTOCOL_VERSION, asks = form } = {}) {
  const client = new Client({ name: "sdk1", version: "1" }, { capabilities: form ? { elicitation: {} } : {} });
  const desk = { client, asks, answer: declines, questions: [], errors: [], audit: server.audit, notFound: -32002 };
  client.onerror = (error) => desk.errors.push(error);
  if (form) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      desk.questions.push(params.message);
      assert.deepEqual(Object.keys(params.requestedSchema.properties), ["confirm"]);
      return desk.answer();
    });
  }
  let agreed;
  const way = speaking(version, transport);
  const { setProtocolVersion } = way;
  way.setProtocolVersion = function (chosen) { agreed = chosen; setProtocolVersion?.call(this, chosen); };
  later(() => client.close());
  await client.connect(way);
  assert.equal(agreed, version, "the server chose another version");
  desk.call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
  return desk;
}

for (const [name, { start, connect: transport, asks, complaints }] of Object.entries(transports)) {
  for (const form of [true, false]) {
    test(`${name}, ${form ? "a client that can ask" : "a client that cannot ask"}`, { timeout: 60_000 }, async (t) => {
      const later = closing(t);
      const server = await start();
      later(server.stop);
      const desk = await connect(server, later, transport(server), { form, asks: form && asks });
      desk.complaints = complaints;
      for (const [what, check] of Object.entries(checks)) await t.test(what, (t) => check(desk, t));
    });
  }

  test(`${name}, older versions`, { timeout: 60_000 }, async (t) => {
    const later = closing(t);
    const server = await start();
    later(server.stop);
    for (const version of ["2025-06-18", "2025-03-26", "2024-11-05"]) {
      await t.test(version, async (t) => {
        const desk = await connect(server, later, transport(server), { version });
        for (const what of ["the list of tools", "errors", "progress comes before the result", "the client had nothing to complain about"]) {
          await checks[what](desk, t);
        }
      });
    }
  });
}

for (const name of ["http", "sse"]) {
  test(`${name}, a wrong token`, { timeout: 20_000 }, async (t) => {
    const later = closing(t);
    const server = await transports[name].start();
    later(server.stop);
    const client = new Client({ name: "sdk1", version: "1" });
    later(() => client.close());
    await assert.rejects(client.connect(transports[name].connect(server, "another-token-of-24-characters")), /401|token/);
  });
}

test("http, a session that ended and one that never was", { timeout: 20_000 }, async (t) => {
  const later = closing(t);
  const server = await overHTTP();
  later(server.stop);
  const first = new StreamableHTTPClientTransport(new URL("/mcp", server.origin));
  const desk = await connect(server, later, first);
  const { sessionId } = first;
  await first.terminateSession();
  for (const gone of [sessionId, "MADEUPMADEUPMADEUPMADEUP"]) {
    const reused = new StreamableHTTPClientTransport(new URL("/mcp", server.origin), { sessionId: gone });
    await reused.start();
    await assert.rejects(reused.send({ jsonrpc: "2.0", id: 1, method: "tools/list" }), ({ code }) => code === 404);
    await reused.close();
  }
});
