// The conformance suite at every revision that it knows, as far as scenarios.txt
// says. It sends no token, so the instance demands none.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { overHTTP } from "./server.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const program = here("node_modules/@modelcontextprotocol/conformance/dist/index.js");
const failures = here("expected-failures.yml");

function suite(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { timeout: 60_000, killSignal: "SIGKILL", maxBuffer: 16 << 20 }, (error, out, err) => {
      resolve({ code: error ? error.code ?? error.signal : 0, out: out + err });
    });
  });
}

// telling picks what is worth reading: the suite explains each failure at length.
function telling(out) {
  const plain = out.replace(/\x1b\[[0-9;]*m/g, "");
  const lines = plain.split("\n").filter((line) => /\b(FAILURE|WARNING)\b|^ +Error: |^ +[✗✓] /.test(line));
  return lines.length > 0 ? lines.join("\n") : plain;
}

// listed reads the suite's own list: the revisions of each scenario that is no extension.
async function listed() {
  const { out } = await suite("list", "--server");
  const found = [...out.matchAll(/^ {2}- (\S+) \[(.*)\]$/gm)].map(([, name, revisions]) => [name, revisions.split(",")]);
  return new Map(found.filter(([, revisions]) => !revisions.includes("extension")));
}

// chosen reads scenarios.txt.
function chosen() {
  const lines = readFileSync(here("scenarios.txt"), "utf8").split("\n").filter((line) => /^[+-] /.test(line));
  return new Map(lines.map((line) => {
    const [, sign, name, rest] = line.match(/^([+-]) (\S+) *(.*)$/);
    return [name, { runs: sign === "+", needs: sign === "+" ? rest.replace(/^needs /, "") : "" }];
  }));
}

async function offered(url) {
  const client = new Client({ name: "conformance", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const capabilities = client.getServerCapabilities();
  await client.close();
  return capabilities;
}

const known = await listed();
const choice = chosen();

const expected = [...readFileSync(failures, "utf8").matchAll(/^ +- (\S+)$/gm)].map(([, name]) => name);

test("scenarios.txt has each scenario", () => {
  assert.deepEqual([...choice.keys()].sort(), [...known.keys()].sort());
});

test("scenarios", { timeout: 150_000 }, async (t) => {
  const server = await overHTTP();
  t.after(server.stop);
  const url = new URL("/mcp", server.origin).href;
  const capabilities = await offered(url);
  const skipped = new Set();
  const failed = new Set();
  for (const [name, { runs, needs }] of choice) {
    for (const revision of runs ? known.get(name) : []) {
      await t.test(`${name} at ${revision}`, async (t) => {
        if (needs && !capabilities[needs]) {
          skipped.add(name);
          return t.skip(`the server offers no ${needs}`);
        }
        const { code, out } = await suite("server", "--url", url, "--scenario", name, "--spec-version", revision, "--expected-failures", failures);
        for (const [, name] of out.matchAll(/^ +~ (\S+)$/gm)) failed.add(name);
        if (code !== 0) assert.fail(telling(out));
        assert.match(out, /SUCCESS/, "nothing was checked");
      });
    }
  }
  // The suite itself says nothing about an entry whose check it does not know or did not get to.
  await t.test("what is expected to fail does", () => {
    const due = expected.filter((name) => !skipped.has(name.split(":")[0]));
    assert.deepEqual(due.filter((name) => !failed.has(name)), []);
  });
});
