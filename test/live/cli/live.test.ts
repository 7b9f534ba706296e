/** `stspress live` as its users call it, against servers on loopback whose state the test turns. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Answer } from "dns-packet";
import { expect, onTestFinished, test } from "vitest";
import { program, SiteFolder } from "../../support/site-folder.ts";
import { authority, temporaryFile } from "../../audit/support/stand.ts";
import { makePolicyServer } from "../../zoo/policy-server.ts";
import { Sockets } from "../../zoo/sockets.ts";
import { ns, startNameServer, txt } from "../support/name-server.ts";
import { formatStamp, parseStamp } from "../../../src/site/stamp.ts";
import { address, at, domain, owner, policyHost, serverName } from "../support/world.ts";

/** What two addresses serve and two name servers give, changed by the test at any time. */
class Turning {
  readonly served: [string, string] = ["", ""];
  readonly ids: [string, string] = ["", ""];
  addresses: readonly string[] = [at(1), at(2)];
  /** Named in DNS, but nobody listens there. */
  dead: string | null = null;
  readonly site = new SiteFolder();
  #options: readonly string[] = [];

  async start(): Promise<this> {
    const { identities } = await authority();
    const identity = await identities.issue("good", [policyHost]);
    const sockets = new Sockets();
    onTestFinished(() => sockets.close());
    let httpsPort = 0;
    for (const [index, place] of [at(1), at(2)].entries()) {
      const answer = {
        answer: (response: ServerResponse) => {
          response.writeHead(200, { "content-type": "text/plain" });
          response.end(this.served[index === 0 ? 0 : 1]);
        },
      };
      const server = makePolicyServer(
        new Map([[policyHost, { server: answer, identity, policy: "" }]]),
        sockets,
      );
      httpsPort = await sockets.listen(server, place, httpsPort);
    }
    const record = (index: 0 | 1): Answer[] =>
      this.ids[index] === "" ? [] : txt(owner, `v=STSv1; id=${this.ids[index]};`);
    let dnsPort = 0;
    for (const [index, place] of [at(3), at(4)].entries()) {
      const server = {
        zones: [domain],
        get records() {
          return record(index === 0 ? 0 : 1);
        },
      };
      const peer = await startNameServer(server, { address: place, port: dnsPort });
      dnsPort = peer.server.port;
    }
    const all = (): Answer[] => [
      ...this.addresses.map((one) => address(policyHost, one)),
      ...ns(domain, serverName(at(3)), serverName(at(4))),
      ...(this.dead === null
        ? []
        : [...ns(domain, serverName(this.dead)), address(serverName(this.dead), this.dead)]),
      address(serverName(at(3)), at(3)),
      address(serverName(at(4)), at(4)),
      ...record(0),
    ];
    const resolver = await startNameServer({
      get records() {
        return all();
      },
    });
    const { address: ip, port } = resolver.server;
    this.#options = [
      ...["--resolver", `${ip}:${String(port)}`, "--ca", temporaryFile(identities.rootPem)],
      ...["--https-port", String(httpsPort), "--dns-port", String(dnsPort), "--allow-private"],
    ];
    return this;
  }

  build(mode: string, mx: string, addresses = [at(1), at(2)]): string {
    this.site.write(
      "stspress.yaml",
      `target: caddy\ntargets: {caddy: {address: ${JSON.stringify(addresses)}}}\n`,
    );
    this.site.write(
      `domains/${domain}.yaml`,
      `domain: ${domain}\nmta-sts:\n  mode: ${mode}\n  mx: [${mx}]\n  max_age: 1w\n  skip_testing: known\n`,
    );
    this.site.build(["--no-frozen"]);
    return this.site.read(`dist/site/${policyHost}/.well-known/mta-sts.txt`);
  }

  id(): string {
    return /^domain d\.live\.test .*? id=(\w+)/m.exec(this.site.read("stspress.lock"))?.[1] ?? "";
  }

  line(): string {
    return /^domain d\.live\.test .*$/m.exec(this.site.read("stspress.lock"))?.[0] ?? "";
  }

  async live(
    ...args: readonly string[]
  ): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(
      process.execPath,
      [program, "live", "--site", this.site.root, ...this.#options, ...args],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (child.exitCode === null) await once(child, "exit");
    return { code: child.exitCode, out, err };
  }
}

test(
  "deploy, look, announce, look: what is missing is said, and what was seen is recorded",
  { timeout: 60_000 },
  async () => {
    const world = await new Turning().start();
    const first = world.build("testing", "mx1.live.test");
    const nothing = await world.live(domain);
    expect(nothing.code).toBe(1);
    expect(nothing.out).toContain("is not served everywhere, not announced everywhere");
    expect(nothing.out).toContain("next: deploy dist/");

    world.served.fill(first);
    const served = await world.live("--pending");
    expect(served.code).toBe(1);
    expect(served.out).toContain("is served, not announced everywhere");
    expect(served.out).toContain(`${at(1)} serves the policy of this build`);
    expect(served.out).toContain("--pending --step announce");
    expect(world.line()).toMatch(
      / served=\d{8}T\d{6}Z announced=- marks|served=\d{8}T\d{6}Z announced=-$/,
    );

    world.ids[0] = world.id();
    const half = await world.live("--pending");
    expect([half.code, half.out]).toEqual([
      1,
      expect.stringContaining("not announced everywhere") as unknown,
    ]);

    world.ids[1] = world.id();
    const done = await world.live("--pending");
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toMatch(/d\.live\.test: testing policy \w+ is live since 20/);
    expect(done.out).toContain("you may set `mode: enforce` from");
    expect((await world.live("--pending")).out).toBe("everything is recorded as live\n");
  },
);

test(
  "an id that is announced while an address serves the earlier policy is spoiled",
  { timeout: 60_000 },
  async () => {
    const world = await new Turning().start();
    const first = world.build("enforce", "mx1.live.test");
    world.served.fill(first);
    await world.live(domain);
    world.ids.fill(world.id());
    expect((await world.live(domain)).code).toBe(0);
    const second = world.build("enforce", "mx1.live.test, mx2.live.test");
    world.served[0] = second;
    world.ids.fill(world.id());
    const spoiled = await world.live(domain);
    expect(spoiled.code).toBe(1);
    expect(spoiled.out).toContain("was announced while an earlier one was served");
    expect(spoiled.out).toContain("next: build again");
    const before = world.id();
    world.build("enforce", "mx1.live.test, mx2.live.test");
    expect(world.id()).not.toBe(before);
    world.served.fill(second);
    await world.live(domain);
    world.ids.fill(world.id());
    const done = await world.live(domain);
    expect([done.code, done.out]).toEqual([
      0,
      expect.stringContaining("senders may hold an earlier policy until") as unknown,
    ]);
  },
);

test(
  "the place that the policy host left is asked, as long as the move is not recorded",
  { timeout: 60_000 },
  async () => {
    const world = await new Turning().start();
    world.served.fill(world.build("enforce", "mx1.live.test"));
    await world.live(domain);
    world.ids.fill(world.id());
    expect((await world.live(domain)).code).toBe(0);
    const second = world.build("enforce", "mx1.live.test, mx2.live.test", [at(2)]);
    world.served[1] = second;
    world.addresses = [at(2)];
    world.ids.fill(world.id());
    const { code, out } = await world.live(domain);
    expect(code).toBe(1);
    expect(out).toContain(`${at(1)} serves the earlier policy`);
    expect(out).toContain("was announced while an earlier one was served");
  },
);

test(
  "a name server that is dead for good is set aside after three looks over an hour",
  { timeout: 120_000 },
  async () => {
    const world = await new Turning().start();
    world.dead = at(5);
    world.served.fill(world.build("testing", "mx1.live.test"));
    await world.live(domain);
    world.ids.fill(world.id());
    /** As if what is known was seen half an hour earlier. */
    const wait = (): void => {
      const earlier = world.site
        .read("stspress.evidence")
        .replace(/\d{8}T\d{6}Z/g, (stamp) => formatStamp((parseStamp(stamp) ?? 0) - 1800));
      world.site.write("stspress.evidence", earlier);
    };
    const second = await world.live(domain);
    expect(second.code).toBe(1);
    expect(second.out).toContain(`${serverName(at(5))} ${at(5)} does not answer`);
    expect(second.out).toContain("next: repair the name server that does not answer");
    // At once is not later: it was one look.
    expect(world.site.read("stspress.evidence")).toMatch(
      /^silent ns5\.live\.test\/127\.0\.53\.5 \{.*"looks":1\}$/m,
    );
    wait();
    expect((await world.live(domain)).out).toContain("stspress.evidence");
    wait();
    const third = await world.live(domain);
    expect([third.code, third.err]).toEqual([0, ""]);
    expect(third.out).toContain("commit stspress.lock and stspress.evidence");
    expect(world.line()).toMatch(/ announced=\d{8}T\d{6}Z/);
  },
);
