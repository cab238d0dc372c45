// What every client must be able to do, whichever it is and however it is
// connected. A desk is a connected client in the terms of these checks:
//
//   client       the client itself, for what both SDKs call the same
//   call         (name, arguments, options) => result of a tool call
//   asks         whether questions come to answer() as forms; otherwise by token
//   answer       gives the answer to the next form; questions keeps what was asked
//   errors       what the client complained about outside of any call
//   complaints   what it is known to complain about, as patterns; a pattern that fits nothing is stale
//   notFound     the code that this protocol version has for a missing resource
//   audit        the audit log of the server
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

export const accepts = () => ({ action: "accept", content: { confirm: true } });
export const declines = () => ({ action: "decline" });
export const cancels = () => ({ action: "cancel" });
export const acceptsUnticked = () => ({ action: "accept", content: { confirm: false } });

const workstation = 70101;
const spare = 70154;
const old = 70137;

// done gives the object of a result that must be no error. Its text must be the
// same object: clients show models one or the other.
async function done(desk, name, args, options) {
  const result = await desk.call(name, args, options);
  assert.ok(!result.isError, `${name}: ${result.content?.[0]?.text}`);
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, `${name}: text and structuredContent differ`);
  return result.structuredContent;
}

async function refused(desk, name, args, code) {
  const result = await desk.call(name, args);
  assert.equal(result.isError, true, `${name} with ${JSON.stringify(args)} is no error`);
  assert.match(result.content[0].text, new RegExp(`^${code}: `));
}

async function pages(desk, name, args, rows) {
  const all = [];
  let cursor;
  do {
    const page = await done(desk, name, cursor ? { ...args, cursor } : args);
    assert.ok(page[rows].length <= args.limit);
    all.push(...page[rows]);
    cursor = page.next_cursor;
  } while (cursor && all.length < 1000);
  return all;
}

export const checks = {
  async "the list of tools"(desk) {
    // The SDK compiles the output schemas here and holds later results against them.
    const { tools, nextCursor } = await desk.client.listTools();
    assert.equal(nextCursor, undefined);
    const names = tools.map((tool) => tool.name);
    for (const name of ["search_assets", "get_asset", "get_asset_patches", "update_asset", "delete_asset", "run_script"]) {
      assert.ok(names.includes(name), `${name} is missing`);
    }
    for (const tool of tools) {
      assert.equal(tool.inputSchema.type, "object", tool.name);
      assert.equal(tool.outputSchema?.type, "object", tool.name);
      assert.equal(typeof tool.annotations.readOnlyHint, "boolean", tool.name);
      assert.equal(typeof tool.annotations.destructiveHint, "boolean", tool.name);
    }
    const remove = tools.find((tool) => tool.name === "delete_asset");
    assert.deepEqual([remove.annotations.readOnlyHint, remove.annotations.destructiveHint], [false, true]);
  },

  async "reading"(desk) {
    const all = await pages(desk, "search_assets", { limit: 30 }, "assets");
    const whole = await done(desk, "search_assets", { limit: 100 });
    assert.deepEqual(all.map((asset) => asset.id), whole.assets.map((asset) => asset.id));
    assert.equal(whole.total, all.length);
    const { asset } = await done(desk, "get_asset", { asset_id: workstation });
    assert.equal(asset.name, whole.assets.find((each) => each.id === workstation).name);
    const patches = await pages(desk, "get_asset_patches", { asset_id: workstation, limit: 3 }, "patches");
    const { patches: inOne } = await done(desk, "get_asset_patches", { asset_id: workstation, limit: 100 });
    assert.ok(patches.length > 3);
    assert.deepEqual(patches, inOne);
  },

  async "errors"(desk) {
    await refused(desk, "get_asset", { asset_id: 1 }, "not_found");
    await refused(desk, "get_asset", { asset_id: "many" }, "invalid_argument");
    await refused(desk, "get_asset", {}, "invalid_argument");
    await assert.rejects(desk.call("no_such_tool", {}), (error) => error.code === -32602 || error.code === -32601);
  },

  async "a change without a question"(desk) {
    const asked = desk.questions.length;
    const notes = "Checked by a client that others wrote: é, 漢字, \"quotes\" & </tags>.";
    await done(desk, "update_asset", { asset_id: workstation, notes });
    const { asset } = await done(desk, "get_asset", { asset_id: workstation });
    assert.equal(asset.notes, notes);
    assert.equal(desk.questions.length, asked);
  },

  async "no lets nothing happen"(desk) {
    const deletion = ["delete_asset", { asset_id: spare }];
    const script = ["run_script", { asset_ids: [workstation], script: "Clear print queue" }];
    for (const [name, args] of [deletion, script]) {
      if (desk.asks) {
        for (const no of [declines, cancels, acceptsUnticked]) {
          desk.answer = no;
          assert.equal((await done(desk, name, args)).outcome, "declined");
        }
        assert.match(desk.questions.at(-1), /\?/);
      } else {
        const answer = await done(desk, name, args);
        assert.equal(answer.outcome, "confirmation_required");
        assert.match(answer.question, /\?/);
      }
    }
    await done(desk, "get_asset", { asset_id: spare });
    assert.deepEqual(desk.audit.lines().filter((line) => line.outcome === "approved, sending"), []);
  },

  async "yes has it done, once"(desk) {
    const approve = async (name, args) => {
      if (desk.asks) {
        desk.answer = accepts;
        return done(desk, name, args);
      }
      const { confirm_token } = await done(desk, name, args);
      const outcome = await done(desk, name, { ...args, confirm_token });
      const again = await desk.call(name, { ...args, confirm_token }); // a token works once
      assert.equal(again.isError, true, `${name} took a token twice`);
      return outcome;
    };
    const ran = await approve("run_script", { asset_ids: [workstation], script: "Clear print queue" });
    assert.deepEqual([ran.outcome, ran.runs.map((run) => run.outcome)], ["done", ["queued"]]);
    assert.equal((await approve("delete_asset", { asset_id: spare })).outcome, "done");
    await refused(desk, "get_asset", { asset_id: spare }, "not_found");
    assert.equal((await approve("update_asset", { asset_id: old, customer: "Harborlight Logistics" })).asset.customer, "Harborlight Logistics");
    const sent = desk.audit.lines().filter((line) => line.outcome === "approved, sending");
    assert.deepEqual(sent.map((line) => [line.tool, line.confirmation]), ["run_script", "delete_asset", "update_asset"].map((name) => [name, desk.asks ? "client" : "token"]));
  },

  async "a token for one machine is worthless for another"(desk) {
    if (desk.asks) return;
    const { confirm_token } = await done(desk, "delete_asset", { asset_id: 70153 });
    const result = await desk.call("delete_asset", { asset_id: 70152, confirm_token });
    assert.equal(result.isError, true);
    await done(desk, "get_asset", { asset_id: 70152 });
  },

  async "progress comes before the result"(desk) {
    const notices = [];
    let answered = false;
    await done(desk, "report_patches", { customer: "Cedar & Pine Accounting" }, {
      onprogress: ({ progress, total, message }) => {
        assert.ok(!answered, "a notice came after the result");
        notices.push({ progress, total, message });
      },
    });
    answered = true;
    assert.ok(notices.length > 0, "no notice came");
    notices.reduce((before, after) => (assert.ok(after.progress > before.progress), after));
    await sleep(50); // a late notice would arrive by now, and be complained about
  },

  async "a cancelled call ends"(desk) {
    const stop = new AbortController();
    const call = desk.call("report_patches", {}, { signal: stop.signal, onprogress: () => stop.abort("enough") });
    await assert.rejects(call);
    await desk.audit.await((line) => line.tool === "report_patches" && line.outcome === "cancelled");
    await done(desk, "get_asset", { asset_id: workstation });
  },

  async "many calls at once get their own answers"(desk) {
    const ids = [70101, 70102, 70103, 70104, 70105, 70106, 70107, 70108];
    const answers = await Promise.all(ids.map((asset_id) => done(desk, "get_asset", { asset_id })));
    assert.deepEqual(answers.map((answer) => answer.asset.id), ids);
  },

  async "resources"(desk, t) {
    if (!desk.client.getServerCapabilities()?.resources) return t.skip("the server offers none");
    const { resources } = await desk.client.listResources();
    assert.ok(resources.length > 0);
    for (const { uri, mimeType } of resources) {
      const { contents } = await desk.client.readResource({ uri });
      assert.ok(contents.length > 0, uri);
      assert.equal(contents[0].mimeType, mimeType, uri);
      assert.ok(contents[0].text?.length > 0, `${uri} is empty`);
    }
    const { resourceTemplates } = await desk.client.listResourceTemplates();
    const ofAsset = resourceTemplates.find(({ uriTemplate }) => /\{asset_?id\}|assets?\/\{id\}/.test(uriTemplate));
    if (ofAsset) {
      const uri = ofAsset.uriTemplate.replace(/\{[^}]*\}/, workstation);
      const { contents } = await desk.client.readResource({ uri });
      assert.ok(contents[0].text.includes("NWD-WKS-001"), uri);
    }
    for (const uri of ["syncro://no/such/resource", ofAsset?.uriTemplate.replace(/\{[^}]*\}/, "1")].filter(Boolean)) {
      await assert.rejects(desk.client.readResource({ uri }), ({ code }) => code === desk.notFound, `${uri} should not be found`);
    }
  },

  async "prompts"(desk, t) {
    if (!desk.client.getServerCapabilities()?.prompts) return t.skip("the server offers none");
    const { prompts } = await desk.client.listPrompts();
    assert.ok(prompts.length > 0);
    const known = { customer: "Northwind Dental", asset: "NWD-WKS-001", asset_name: "NWD-WKS-099", asset_type: "Desktop" };
    for (const prompt of prompts) {
      const needed = (prompt.arguments ?? []).filter((argument) => argument.required).map((argument) => argument.name);
      const args = Object.fromEntries(needed.map((name) => [name, known[name] ?? "x"]));
      const { messages } = await desk.client.getPrompt({ name: prompt.name, arguments: args });
      assert.ok(messages[0].content.text.length > 0, prompt.name);
      if (needed.length > 0) {
        await assert.rejects(desk.client.getPrompt({ name: prompt.name, arguments: {} }), undefined, `${prompt.name} without its arguments`);
      }
    }
    await assert.rejects(desk.client.getPrompt({ name: "no_such_prompt" }), ({ code }) => code === -32602);
  },

  async "completions"(desk, t) {
    if (!desk.client.getServerCapabilities()?.completions) return t.skip("the server offers none");
    const { prompts } = await desk.client.listPrompts();
    const prompt = prompts.find((each) => each.arguments?.some((argument) => argument.name === "customer"));
    const { completion } = await desk.client.complete({
      ref: { type: "ref/prompt", name: prompt.name }, argument: { name: "customer", value: "North" },
    });
    assert.ok(completion.values.includes("Northwind Dental"), JSON.stringify(completion));
  },

  // Last: by now whatever was sent too late or to the wrong place has been noticed.
  async "the client had nothing to complain about"(desk) {
    await sleep(100);
    const said = desk.errors.map(String);
    const known = desk.complaints ?? [];
    assert.deepEqual(said.filter((text) => !known.some((pattern) => pattern.test(text))), []);
    assert.deepEqual(known.filter((pattern) => !said.some((text) => pattern.test(text))), [], "no longer complained about");
  },
};
