/**
 * What docs/safety.md promises, with real senders: months pass in seconds, because what senders hold is made older in
 * their caches, and the program's clock is set. Policies are deployed, announced and looked at as a user does it, and
 * mail flows all along. Where one acts earlier than the program printed, the same senders keep mail back.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { Cleanup } from "./support/cleanup.ts";
import { canMakeNamespaces } from "./support/network-namespace.ts";
import { day, hour, Operator, type Foretold } from "./support/operator.ts";
import { describePeers } from "./support/programs.ts";
import { SenderLab, type Mail, type MxLabel } from "./support/sender-lab.ts";
import { ResolverSender, TlspolSender, type TimedSender } from "./support/timed-senders.ts";

const maxAge = 7 * day;
const ttl = hour;
const minute = 60;
/** Where postfix-tlspol is; it cannot be installed from a package registry. */
const tlspolProgram = process.env["TLSPOL"] ?? "";
const without = tlspolProgram === "" ? " (skipped: TLSPOL does not name postfix-tlspol)" : "";

const needs = [
  ...["mta-sts-daemon", "postfix", "postqueue", "curl", "knotd", "knotc", "caddy", "openssl"],
  ...["ip", "nsenter"],
];

describePeers(
  "no mail is lost to real senders in time",
  needs,
  () => {
    const cleanup = new Cleanup();
    let lab: SenderLab;
    /** Its fetches succeed. */
    let steady: ResolverSender;
    /** Its fetches fail from each announcement on, so it holds what it has for as long as a sender can. */
    let slow: ResolverSender;
    let tlspol: TlspolSender | null = null;
    const posted: { mail: Mail; at: MxLabel }[] = [];

    beforeAll(async () => {
      lab = await SenderLab.start(
        ["prompt.test", "late.test", "early.test", "tlspol.test"],
        cleanup,
      );
      [steady, slow] = await Promise.all([
        ResolverSender.start(lab, "steady", [8461, 8462], cleanup),
        ResolverSender.start(lab, "slow", [8463, 8464], cleanup),
      ]);
      if (tlspolProgram !== "") {
        tlspol = await TlspolSender.start(lab, tlspolProgram, maxAge, cleanup);
      }
      await lab.startMail([steady, slow, ...(tlspol === null ? [] : [tlspol])], cleanup);
    }, 60_000);

    afterAll(() => cleanup.run());

    /** Sends a mail from each sender to each domain; it has to arrive with the first attempt, at that MX host. */
    async function deliver(
      senders: readonly TimedSender[],
      domains: readonly string[],
      at: MxLabel,
    ): Promise<void> {
      for (const domain of domains) {
        const sent = senders.map(async (sender) => {
          const mail = await lab.post(sender, domain);
          const { status, said } = await lab.attempt(mail);
          expect(status, said).toBe("sent");
          posted.push({ mail, at });
        });
        await Promise.all(sent);
      }
    }

    /** Sends a mail that cannot be delivered, because the sender holds a policy without this MX host. */
    async function deferred(sender: TimedSender, domain: string, at: MxLabel): Promise<Mail> {
      const mail = await lab.post(sender, domain);
      const { status, said } = await lab.attempt(mail);
      expect(status, said).toBe("deferred");
      expect(said).toContain(`${at}.${domain}`);
      expect(said).toContain("not verified");
      return mail;
    }

    async function retried(mail: Mail, at: MxLabel): Promise<void> {
      const { status, said } = await lab.retry(mail);
      expect(status, said).toBe("sent");
      posted.push({ mail, at });
    }

    /** None lost, none twice, each where the MX record led. */
    async function expectArrived(): Promise<void> {
      await waitFor(() => lab.arrived().length >= posted.length, "the last mail");
      const all = posted.map(({ mail, at }) => ({ id: mail.id, at }));
      const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
      expect(lab.arrived().sort(byId)).toEqual(all.sort(byId));
    }

    /** Begins with 15 days of testing; then the policy is enforced and held, and `mx1` is its only MX host. */
    async function operate(
      domains: readonly string[],
      senders: readonly TimedSender[],
    ): Promise<Operator> {
      slow.isCutOff = false;
      const start = Math.floor(Date.now() / 1000) + hour;
      const operator = new Operator(lab, { domains, senders, start });
      operator.declare("testing", ["mx1"]);
      await serve(operator);
      await announce(operator);
      for (const days of [1, 6, 8]) {
        await operator.pass(days * day);
        await deliver(senders, domains, "mx1");
      }
      operator.declare("enforce", ["mx1"]);
      await serve(operator);
      await announce(operator);
      for (const days of [1, 4, 4]) {
        await operator.pass(days * day);
        await deliver(senders, domains, "mx1");
      }
      return operator;
    }

    /** Builds and deploys; a look then sees the policy served, and misses the announcement. Gives the warnings. */
    async function serve(operator: Operator): Promise<string> {
      const built = await operator.stspress("build");
      expect(built.code, built.err).toBe(0);
      operator.deploy();
      await operator.publish();
      const looked = await operator.look();
      expect(looked.code, looked.out + looked.err).toBe(1);
      await operator.pass(minute);
      return built.err;
    }

    async function announce(operator: Operator): Promise<void> {
      await operator.publish({ announce: true });
      const looked = await operator.look();
      expect(looked.code, looked.out + looked.err).toBe(0);
    }

    /**
     * Announces, and makes one sender hold the earlier policy for as long as any can: its resolver asked a moment
     * before and gives the earlier id for the TTL, and later it can fetch nothing. Gives the printed end of the hold.
     */
    async function announceToTheSlowest(operator: Operator, at: MxLabel): Promise<number> {
      await slow.pass(ttl - minute);
      await deliver([slow], operator.domains, at);
      await slow.pass(minute - ttl);
      slow.isCutOff = true;
      await announce(operator);
      return holdOf(operator);
    }

    async function holdOf(operator: Operator): Promise<number> {
      const { hold } = await operator.history(operator.domains[0] ?? "");
      return Date.parse(hold ?? "") / 1000;
    }

    async function passUntil(operator: Operator, time: number): Promise<void> {
      await operator.pass(time - operator.now);
    }

    const outcomes = (told: readonly Foretold[]) => told.map(({ outcome }) => outcome);
    const movedAfter = (domain: string, hours: number) => [
      "--mx",
      `add mx2.${domain} at +${String(hours)}h; remove mx1.${domain} at +${String(hours)}h`,
    ];

    test("an accepted enforce change and its MX move, kept to what was printed", async () => {
      const domain = "prompt.test";
      const senders = [steady, slow];
      const operator = await operate([domain], senders);
      expect((await slow.held(domain))?.mx).toEqual([`mx1.${domain}`]);
      operator.declare("enforce", ["mx1", "mx2"]);
      const foretell = async (hours: number) =>
        outcomes(await operator.simulate(domain, steady.kind, ...movedAfter(domain, hours)));
      // Announced after an hour, in resolvers for another, held for seven days.
      expect(await foretell(170)).toEqual(["delivers"]);
      expect(await foretell(169)).toEqual(["delivers", "defers", "delivers"]);
      expect(await foretell(24)).toEqual(["delivers", "refuses", "delivers"]);
      const tlspolFares = async (hours: number) =>
        outcomes(await operator.simulate(domain, "postfix-tlspol", ...movedAfter(domain, hours)));
      expect(await tlspolFares(170)).toEqual(["delivers"]);
      expect(await tlspolFares(24)).toEqual(["delivers", "refuses", "delivers"]);
      expect(await serve(operator)).toContain("[lock/mx-added]");
      const hold = await announceToTheSlowest(operator, "mx1");
      for (const days of [1, 2, 3]) {
        await operator.pass(days * day);
        await deliver(senders, [domain], "mx1");
      }
      expect((await steady.held(domain))?.mx).toEqual([`mx1.${domain}`, `mx2.${domain}`]);
      await passUntil(operator, hold - 10 * minute);
      await deliver(senders, [domain], "mx1");
      expect(await slow.held(domain)).toMatchObject({ mx: [`mx1.${domain}`] });

      await passUntil(operator, hold);
      await operator.moveMx(domain, ["mx2"]);
      await deliver(senders, [domain], "mx2");
      expect((await operator.history(domain)).hold).toBeNull();
      expect(await foretell(0)).toEqual(["delivers"]);

      // The policy follows: the earlier host goes from it, too.
      slow.isCutOff = false;
      await operator.pass(day);
      await deliver(senders, [domain], "mx2");
      operator.declare("enforce", ["mx2"]);
      const narrowed = await operator.simulate(domain, steady.kind, "--mx", `remove mx1.${domain}`);
      expect(narrowed.filter(({ loss }) => loss)).toEqual([]);
      await serve(operator);
      const end = await announceToTheSlowest(operator, "mx2");
      for (const days of [1, 3]) {
        await operator.pass(days * day);
        await deliver(senders, [domain], "mx2");
      }
      await passUntil(operator, end);
      slow.isCutOff = false;
      await deliver(senders, [domain], "mx2");
      expect((await steady.held(domain))?.mx).toEqual([`mx2.${domain}`]);
      expect((await slow.held(domain))?.mx).toEqual([`mx2.${domain}`]);
      await expectArrived();
    });

    test("announced a month after it was served: held until then, and that is printed", async () => {
      const domain = "late.test";
      // There somebody moves the MX record too early.
      const early = "early.test";
      const senders = [steady, slow];
      const operator = await operate([domain, early], senders);
      const old = (await operator.history(domain)).current.id;
      operator.declare("enforce", ["mx1", "mx2"]);
      const foretell = async (...plan: readonly string[]) =>
        outcomes(await operator.simulate(early, steady.kind, ...plan));
      const late = ["--announce", "+30d"];
      expect(await foretell(...late, ...movedAfter(early, 30 * 24 + 169))).toEqual(["delivers"]);
      expect(await foretell(...late, ...movedAfter(early, 9 * 24))).toEqual([
        "delivers",
        "refuses",
        "delivers",
      ]);
      expect(await serve(operator)).toContain("[lock/mx-added]");
      const served = operator.now;

      for (const days of [4, 5]) {
        await operator.pass(days * day);
        await deliver(senders, operator.domains, "mx1");
      }
      // Reckoned from `served` the hold would be over. It has no end, and the sender shows why.
      expect(operator.now - served).toBeGreaterThan(maxAge + ttl);
      const { hold: unknown, outlook } = await operator.history(early);
      expect(unknown).toBe("open");
      expect(outlook.find(({ what }) => what.startsWith("point MX records"))?.from).toBeNull();
      expect(await steady.held(early)).toMatchObject({ id: old, mx: [`mx1.${early}`] });
      operator.declare("enforce", ["mx2"]);
      const refused = await operator.stspress("build");
      expect(refused.code).toBe(2);
      expect(refused.err).toContain("[lock/mx-replaced]");
      operator.declare("enforce", ["mx1", "mx2"]);
      expect((await foretell(...movedAfter(early, 0)))[1]).toBe("refuses");
      await operator.moveMx(early, ["mx2"]);
      const kept = await Promise.all(senders.map((sender) => deferred(sender, early, "mx2")));
      for (const days of [3, 3]) {
        await operator.pass(days * day);
        await deliver(senders, [domain], "mx1");
      }
      // By then Postfix would have given it back: five days.
      for (const mail of kept) expect((await lab.retry(mail)).status).toBe("deferred");
      await operator.moveMx(early, ["mx1"]);
      for (const mail of kept) await retried(mail, "mx1");

      // Even what has expired is renewed.
      await operator.pass(12 * day);
      expect((await steady.held(domain))?.leftSeconds).toBeLessThan(0);
      await deliver(senders, operator.domains, "mx1");
      await operator.pass(3 * day);
      await deliver(senders, operator.domains, "mx1");
      expect(await steady.held(domain)).toMatchObject({ id: old, mx: [`mx1.${domain}`] });

      const hold = await announceToTheSlowest(operator, "mx1");
      for (const days of [1, 3]) {
        await operator.pass(days * day);
        await deliver(senders, operator.domains, "mx1");
      }
      expect((await steady.held(domain))?.mx).toEqual([`mx1.${domain}`, `mx2.${domain}`]);
      await passUntil(operator, hold - 10 * minute);
      await deliver(senders, [domain], "mx1");
      await operator.moveMx(early, ["mx2"]);
      await deliver([steady], [early], "mx2");
      const waits = await deferred(slow, early, "mx2");
      expect((await foretell(...movedAfter(early, 0)))[1]).toBe("defers");

      await passUntil(operator, hold);
      await operator.moveMx(domain, ["mx2"]);
      await deliver(senders, operator.domains, "mx2");
      await retried(waits, "mx2");
      expect((await operator.history(domain)).hold).toBeNull();
      expect(await foretell(...movedAfter(early, 0))).toEqual(["delivers"]);
      await expectArrived();
    });

    // Untried with the real program; what is simulated of it is part of the first test.
    test.skipIf(tlspolProgram === "")(
      `postfix-tlspol holds what it fetched until the printed end${without}`,
      async () => {
        if (tlspol === null) throw new Error("postfix-tlspol was not started");
        const domain = "tlspol.test";
        const operator = await operate([domain], [tlspol]);
        operator.declare("enforce", ["mx1", "mx2"]);
        await tlspol.forget();
        await deliver([tlspol], [domain], "mx1");
        await serve(operator);
        await announce(operator);
        const hold = await holdOf(operator);
        for (const days of [1, 5]) {
          await operator.pass(days * day);
          await deliver([tlspol], [domain], "mx1");
        }
        await operator.moveMx(domain, ["mx2"]);
        const waits = await deferred(tlspol, domain, "mx2");
        await operator.moveMx(domain, ["mx1"]);
        await retried(waits, "mx1");
        await passUntil(operator, hold);
        await operator.moveMx(domain, ["mx2"]);
        await deliver([tlspol], [domain], "mx2");
        await expectArrived();
      },
    );
  },
  { "network namespaces": canMakeNamespaces, "mount as root": process.getuid?.() === 0 },
);
