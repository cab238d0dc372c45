// Instances of the server under test, each with its own embedded Syncro, so that
// no check sees what another one changed or meets a used-up request budget.
import { spawn } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export const binary = process.env.SYNCRO_MCP_BINARY;
if (!binary) throw new Error("SYNCRO_MCP_BINARY must name the server; .ci/clients/run sets it");

// Nothing of the caller's own settings may reach the server under test.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SYNCRO_")));
const started = new Set();
process.setMaxListeners(50); // one for each scratch folder
process.on("exit", () => started.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

// scratch makes a folder that is gone when the process ends.
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "syncro-mcp-clients-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// closing gives a function that takes what has to be closed when a test ends, also
// one that failed half way; what came last is closed first.
export function closing(t) {
  const open = [];
  t.after(async () => {
    for (const close of open.reverse()) await close();
  });
  return (close) => open.push(close);
}

// AuditLog reads the audit log of one instance.
export class AuditLog {
  path = join(scratch(), "audit.jsonl");

  lines() {
    return readFileSync(this.path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  // await gives the first line that fits, which may come a moment after the client let go of its call.
  async await(fits, seconds = 5) {
    for (const end = Date.now() + seconds * 1000; ; await sleep(20)) {
      const found = this.lines().find(fits);
      if (found) return found;
      if (Date.now() > end) throw new Error(`no such line in the audit log:\n${readFileSync(this.path, "utf8")}`);
    }
  }
}

// overStdio gives what a client needs to start an instance itself.
export function overStdio() {
  const audit = new AuditLog();
  return { audit, command: binary, args: ["--demo", "--audit-log", audit.path], env: environment, stop: async () => {} };
}

// overHTTP starts an instance that listens on a port which the system picks.
export async function overHTTP({ token, sse = false } = {}) {
  const audit = new AuditLog();
  const args = ["--demo", "--listen", "127.0.0.1:0", "--log-format", "json", "--audit-log", audit.path];
  if (sse) args.push("--sse");
  const env = token ? { ...environment, SYNCRO_MCP_TOKEN: token } : environment;
  const child = spawn(binary, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  started.add(child);
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  const log = [];
  const address = new Promise((resolve) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line);
      if (line.includes('"address"')) resolve(JSON.parse(line).address);
    });
  });
  const at = await Promise.race([address, ended.then(() => null), sleep(10_000, null, { ref: false })]);
  if (!at) throw new Error(`the server did not start:\n${log.join("\n")}`);
  // stop also sees to it that the server ends as it promises: with 0, within 10 seconds.
  const stop = async () => {
    child.kill("SIGTERM");
    const code = await Promise.race([ended, sleep(11_000, "no end", { ref: false })]);
    child.kill("SIGKILL");
    started.delete(child);
    if (code !== 0) throw new Error(`the server ended with ${code} after SIGTERM:\n${log.join("\n")}`);
  };
  return { audit, origin: `http://${at}`, log, stop };
}
