/** `stspress reports serve`: behind the real Caddy that the caddy target configures, and killed under load. */
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { CaddySettings } from "../../src/config/site-config.ts";
import { AcmeAuthority, acmePrograms } from "./support/acme-authority.ts";
import { startCaddy, writeCaddyOptions } from "./support/caddy-server.ts";
import { Cleanup } from "./support/cleanup.ts";
import type { Daemon } from "./support/daemon.ts";
import { httpsClient, type HttpsClient, type HttpsAnswer } from "./support/https-client.ts";
import { countInStore, journalOf } from "./support/kept-reports.ts";
import { freePorts } from "./support/ports.ts";
import { describePeers } from "./support/programs.ts";
import { reportJson } from "./support/report-mail.ts";
import { post, startReceiver } from "./support/report-receiver.ts";
import { run, runOk } from "./support/run.ts";
import { buildSite, policyText } from "./support/site.ts";
import { makeTempFolder } from "./support/temp-folder.ts";
import { waitFor } from "../support/wait-for.ts";

const host = "reports.one.example";
const policies = new Map([["one.example", policyText("testing", ["mx.one.example"])]]);

function settings(
  layout: CaddySettings["layout"],
  askPort: number,
  port: number,
): { caddy: CaddySettings } {
  const address = { ipv4: ["127.0.0.1"], ipv6: [], host: null };
  return { caddy: { address, layout, askPort, email: null, reports: { host, port } } };
}

describePeers("reports through caddy", ["caddy", "curl", ...acmePrograms], () => {
  describe.each(["per-host", "on-demand"] as const)("layout: %s", (layout) => {
    const cleanup = new Cleanup();
    let folder = "";
    let site = "";
    let port = 0;
    let receiver: Daemon;
    let ask: HttpsClient;

    beforeAll(async () => {
      folder = makeTempFolder(`receiver-${layout}`, cleanup);
      site = path.join(folder, "site");
      const acme = cleanup.stopping(await AcmeAuthority.start(folder));
      const [askPort = 0, receiverPort = 0] = await freePorts(2);
      port = receiverPort;
      buildSite(site, policies, settings(layout, askPort, port));
      writeCaddyOptions(site, acme);
      receiver = await startReceiver(site, port, ["--rate", "40"]);
      cleanup.add(() => receiver.stop());
      const caddy = cleanup.stopping(await startCaddy(site));
      ask = httpsClient({ rootFile: acme.issuingRootFile, folder, port: acme.httpsPort });
      await caddy.until("certificate", async () => {
        const answer = await ask({ host, path: "/" });
        return answer.exit === 0 ? true : null;
      });
    }, 60_000);

    afterAll(() => cleanup.run());

    function send(body: Buffer | string, args: readonly string[] = []): Promise<HttpsAnswer> {
      const file = path.join(folder, "report");
      fs.writeFileSync(file, body);
      const type = "Content-Type: application/tlsrpt+gzip";
      return ask({
        host,
        path: "/tlsrpt",
        args: ["--header", type, ...args, "--data-binary", `@${file}`],
      });
    }

    test("a report is accepted, and is in the journal", async () => {
      const answer = await send(zlib.gzipSync(reportJson("through-caddy")));
      expect(answer).toMatchObject({ exit: 0, status: 201 });
      const plain = ["--header", "Content-Type: application/tlsrpt+json"];
      expect((await send(reportJson("plain"), plain)).status).toBe(201);
      expect((await journalOf(site)).map(({ id }) => id)).toEqual(["through-caddy", "plain"]);
      expect(receiver.said).toMatch(
        / 201 127\.0\.0\.1 \d+ bytes, from "Reporter Inc\." for receiver\.example\n/,
      );
    });

    test.each(["GET", "PUT", "DELETE", "OPTIONS"])(
      "%s is refused by Caddy itself",
      async (method) => {
        for (const at of ["/", "/healthz", "/.well-known/mta-sts.txt"]) {
          expect(await ask({ host, path: at, method })).toMatchObject({ exit: 0, status: 405 });
        }
      },
    );

    test("no report: the reason comes through", async () => {
      const answer = await send("<html>", []);
      expect(answer.status).toBe(400);
      expect(answer.body.toString("utf8")).toBe("the JSON is malformed or truncated\n");
    });

    test.each([
      ["told", []],
      ["chunked", ["--header", "Transfer-Encoding: chunked"]],
    ])("too large, %s", async (_, args) => {
      const large = Buffer.alloc(10.5 * 1024 * 1024, 0x20);
      expect((await send(large, args)).status).toBe(413);
      // Beyond what Caddy passes on it ends the request, and the answer may be lost with it.
      const larger = await send(Buffer.alloc(30 * 1024 * 1024, 0x20), args);
      expect([0, 413]).toContain(larger.status);
      expect(receiver.running).toBe(true);
    });

    test("one client cannot pass for many", async () => {
      const statuses = new Set<number>();
      for (let n = 0; n < 60; n += 1) {
        const forged = `X-Forwarded-For: 198.51.100.${String(n)}`;
        const gzip = zlib.gzipSync(reportJson(`forged-${String(n)}`));
        statuses.add((await send(gzip, ["--header", forged])).status);
        if (statuses.has(429)) break;
      }
      expect(statuses).toEqual(new Set([201, 429]));
      // Not so much as a loopback address: Caddy says who it was.
      expect(receiver.said).toContain(" 429 127.0.0.1 ");
    });
  });
});

describePeers("caddy on the generated configuration, with reports", ["caddy"], () => {
  test.each(["per-host", "on-demand"] as const)("layout: %s", async (layout) => {
    const cleanup = new Cleanup();
    onTestFinished(() => cleanup.run());
    const folder = makeTempFolder("receiver-caddyfile", cleanup);
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    buildSite(folder, policies, settings(layout, 9123, 8460));
    const args = ["validate", "--config", "Caddyfile", "--adapter", "caddyfile"];
    const { code, stdout, stderr } = await run("caddy", args, { cwd: folder, env });
    const said = stdout.toString("utf8") + stderr;
    expect(said).toContain("Valid configuration");
    expect(code).toBe(0);
    expect(said).not.toMatch(/"level":"(warn|error)"/);
    for (const name of ["sites.caddy", "reports.caddy"]) {
      const file = `dist/caddy/${name}`;
      const formatted = await runOk("caddy", ["fmt", file], { cwd: folder, env });
      expect(formatted).toBe(fs.readFileSync(path.join(folder, file), "utf8"));
    }
  });
});

describe("reports serve, as a process", () => {
  const cleanup = new Cleanup();
  afterAll(() => cleanup.run());

  test("SIGTERM under load: what was answered is there, and the exit code is 0", async () => {
    const site = makeTempFolder("receiver-term", cleanup);
    const [port = 0] = await freePorts(1);
    const receiver = cleanup.stopping(await startReceiver(site, port, ["--rate", "999999"]));
    const load = new Load(port, "term");
    await load.accepts(200);
    await receiver.stop();
    const { accepted } = await load.end();
    expect(receiver.exitCode).toBe(0);
    expect(receiver.said).toMatch(/stopping\n/);
    expect(accepted.size).toBeGreaterThanOrEqual(200);
    const ids = (await journalOf(site)).map(({ id }) => id);
    expect([...accepted].filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("kill -9 under load: every report that was answered 201 is there, and once", async () => {
    const site = makeTempFolder("receiver-kill", cleanup);
    const rounds = Number(process.env["STSPRESS_ROUNDS"] ?? 4);
    const accepted = new Set<string>();
    const sent = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const [port = 0] = await freePorts(1);
      const receiver = await startReceiver(site, port, ["--rate", "999999"]);
      cleanup.add(() => receiver.stop());
      // As a sender does, it tries again what was not answered.
      const load = new Load(
        port,
        `round-${String(round)}`,
        [...sent].filter((id) => !accepted.has(id)),
      );
      await load.accepts(50 + 37 * round);
      process.kill(receiver.pid, "SIGKILL");
      const ended = await load.end();
      for (const id of ended.accepted) accepted.add(id);
      for (const id of ended.sent) sent.add(id);
    }
    expect(accepted.size).toBeGreaterThanOrEqual(50 * rounds);
    const ids = new Set((await journalOf(site)).map(({ id }) => id));
    expect([...accepted].filter((id) => !ids.has(id))).toEqual([]);
    expect([...ids].filter((id) => !sent.has(id))).toEqual([]);
    // What a killed receiver wrote and did not answer came twice, and counts once.
    expect(await countInStore(site)).toBe(ids.size);
  }, 600_000);
});

/** Thirty connections that post reports, each another, until nobody answers any more. */
class Load {
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #accepted = new Set<string>();
  readonly #sent = new Set<string>();
  readonly #again: string[];
  readonly #workers: Promise<void>[];
  #count = 0;

  constructor(port: number, name: string, again: readonly string[] = []) {
    this.#again = [...again];
    this.#workers = Array.from({ length: 30 }, () => this.#work(port, name));
  }

  /** Resolves when so many were answered 201. */
  async accepts(count: number): Promise<void> {
    await waitFor(() => this.#accepted.size >= count, `${String(count)} reports that are accepted`);
  }

  async end(): Promise<{ readonly accepted: Set<string>; readonly sent: Set<string> }> {
    await Promise.all(this.#workers);
    this.#agent.destroy();
    return { accepted: this.#accepted, sent: this.#sent };
  }

  async #work(port: number, name: string): Promise<void> {
    while (true) {
      const id = this.#again.pop() ?? `${name}-${String((this.#count += 1))}`;
      this.#sent.add(id);
      const status = await post(port, reportJson(id), this.#agent);
      if (status === 0) return;
      if (status === 201) this.#accepted.add(id);
    }
  }
}
