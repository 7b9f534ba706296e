import { describe, expect, test } from "vitest";
import { intakeContext, intakeSource } from "../../../src/reports/intake/intake-source.ts";
import { withCircuitBreaker } from "../../../src/reports/intake/circuit-breaker.ts";
import { mail, now, report } from "../support/report-mail.ts";
import type { Verification } from "../../../src/mail/dkim/verification.ts";

const silent: Verification = { verdict: "not-checked", signer: null, detail: "" };
const verified: Verification = { verdict: "verified", signer: "sender.example", detail: "" };
const nothing = new Uint8Array();

describe("what waits for the DNS is bounded", () => {
  test("a DNS that does not answer is asked for twenty mails, and one answer counts anew", async () => {
    let asked = 0;
    const verify = withCircuitBreaker(() => {
      asked += 1;
      return Promise.resolve(asked === 10 ? verified : silent);
    });
    for (let mails = 0; mails < 40; mails += 1) await verify(nothing, null, now);
    expect(asked).toBe(30);
  });

  test("four mails of one source are verified; the others are taken in unchecked", async () => {
    const parts = Array.from({ length: 12 }, (_, index) => {
      const one = mail(report({ "report-id": `r${String(index)}` })).toString("latin1");
      return `--fwd\r\nContent-Type: message/rfc822\r\n\r\n${one}\r\n`;
    });
    const head = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=fwd\r\n\r\n";
    const outer = Buffer.from(`${head}${parts.join("")}--fwd--\r\n`, "latin1");
    let asked = 0;
    const verify = () => {
      asked += 1;
      return Promise.resolve(verified);
    };
    const { ready } = await intakeSource(outer, "x", intakeContext(now, verify));
    const verdicts = ready.map(({ report: { arrival } }) => arrival.verification.verdict);
    expect(verdicts.filter((one) => one === "verified")).toHaveLength(4);
    expect(verdicts.filter((one) => one === "not-checked")).toHaveLength(8);
    expect(asked).toBe(4);
  });
});
