/** Faults of the MX hosts: of the conversation, of TLS, of the certificate, of what the policy covers. */
import { policyText, type ZooEntry } from "../entry.ts";
import type { IdentityKind } from "../identities.ts";
import type { MxServer, Script } from "../mx-server.ts";
import type { FindingCode } from "../../../src/audit/rules.ts";
import { flood } from "../sockets.ts";

/** One MX host with one fault. */
function fault(
  name: string,
  what: string,
  server: MxServer,
  code: FindingCode,
  safe: ZooEntry["safe"] = "no",
): ZooEntry {
  return { name, what, mx: [{ servers: [server] }], codes: [code], safe };
}

function says(
  name: string,
  what: string,
  script: Script,
  code: FindingCode,
  safe: ZooEntry["safe"] = "no",
): ZooEntry {
  return fault(name, what, { script }, code, safe);
}

function certificate(
  name: string,
  what: string,
  kind: IdentityKind,
  code: FindingCode,
  safe: ZooEntry["safe"] = "no",
): ZooEntry {
  return fault(name, what, { certificate: kind }, code, safe);
}

const conversations: readonly ZooEntry[] = [
  {
    name: "mx-refuses",
    what: "nothing listens on the SMTP port",
    mx: [{ servers: [{ at: "nobody" }] }],
    codes: ["mx-host/unreachable"],
    safe: "unknown",
  },
  {
    name: "mx-half-dead",
    what: "one of two addresses refuses connections",
    mx: [{ servers: [{}, { at: "nobody" }] }],
    codes: ["mx-host/address-unreachable"],
    safe: "yes",
  },
  {
    name: "mx-of-seventeen-addresses",
    what: "more addresses than an audit tries",
    mx: [{ servers: Array.from({ length: 17 }, () => ({})) }],
    codes: ["mx-host/address-not-tried"],
    safe: "yes",
  },
  {
    name: "mx-of-many-silent-addresses",
    what: "its first addresses accept connections and never greet, and so many that nobody waits for all",
    mx: [{ servers: Array.from({ length: 6 }, () => ({ script: { greeting: null } })) }],
    codes: ["mx-host/no-greeting", "mx-host/address-not-tried"],
    safe: "no",
  },
  {
    name: "backup-mx-expired",
    what: "the backup MX shows an expired certificate, which hides for long (RFC 8461 §8.4)",
    mx: [
      {},
      {
        host: "backup.backup-mx-expired.zoo.test",
        preference: 100,
        servers: [{ certificate: "expired" }],
      },
    ],
    codes: ["mx-host/certificate-expired"],
    safe: "no",
  },
  {
    name: "ipv6-only-broken",
    what: "over IPv6 the MX host shows a certificate that has expired",
    mx: [{ servers: [{}, { at: "ipv6", certificate: "expired" }] }],
    codes: ["mx-host/certificate-expired"],
    safe: "no",
  },
  says("banner-never-comes", "no greeting", { greeting: null }, "mx-host/no-greeting"),
  says(
    "endless-banner",
    "a greeting without end",
    { endless: { on: "connect", line: "220-\u001b[31mstill greeting\r\n" } },
    "mx-host/no-greeting",
  ),
  says(
    "endless-banner-line",
    "a greeting of one line without end",
    { endless: { on: "connect", line: "220 welcome " } },
    "mx-host/no-greeting",
  ),
  says(
    "not-smtp",
    "a web server on the SMTP port",
    { greeting: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" },
    "mx-host/no-greeting",
  ),
  says(
    "greeting-554",
    "554: we are not welcome",
    { greeting: "554 5.7.1 \u001b[31mgo away\r\n" },
    "mx-host/rejects-us",
    "unknown",
  ),
  says(
    "greeting-421",
    "421: too busy",
    { greeting: "421 4.3.2 too many connections\r\n" },
    "mx-host/rejects-us",
    "unknown",
  ),
  says(
    "ehlo-550",
    "550 to EHLO",
    { ehlo: "550 5.7.1 your name is on a list\r\n" },
    "mx-host/rejects-us",
    "unknown",
  ),
  says("ehlo-never-answered", "EHLO is never answered", { ehlo: null }, "mx-host/no-ehlo"),
  says(
    "endless-ehlo",
    "an EHLO reply without end",
    { endless: { on: "EHLO", line: "250-X-\u001b[2J\r\n" } },
    "mx-host/no-ehlo",
  ),
  says(
    "starttls-stripped",
    "STARTTLS is not offered",
    { ehlo: "250-mx\r\n250-XXXXXXXA\r\n250 SIZE\r\n" },
    "mx-host/starttls-missing",
  ),
  says(
    "starttls-454",
    "454: TLS is offered, and not available",
    { startTls: "454 4.7.0 TLS not available\r\n" },
    "mx-host/starttls-refused",
  ),
  says(
    "plaintext-injection-after-starttls",
    "a reply in clear after the go-ahead for TLS",
    { startTls: "220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n" },
    "mx-host/starttls-injection",
  ),
  fault("tls10-only-mx", "TLS 1.0 and 1.1 only", { oldTls: true }, "mx-host/tls-version"),
  says(
    "tls-hangs-up",
    "the connection ends where the handshake should begin",
    { handshake: (socket) => void socket.once("data", () => socket.destroy()) },
    "mx-host/tls-failed",
  ),
  says(
    "tls-never-answers",
    "the handshake is never answered",
    { handshake: (socket) => void socket.resume() },
    "mx-host/tls-failed",
  ),
  says(
    "tls-garbage",
    "bytes without end where the handshake should begin",
    {
      handshake: (socket) => {
        socket.once("data", () => {
          flood(socket, Buffer.alloc(65_536, 0x16), Infinity);
        });
        socket.resume();
      },
    },
    "mx-host/tls-failed",
  ),
];

const certificates: readonly ZooEntry[] = [
  certificate(
    "expired-mx",
    "the certificate has expired",
    "expired",
    "mx-host/certificate-expired",
  ),
  certificate(
    "not-yet-valid-mx",
    "the certificate is not valid yet",
    "not-yet-valid",
    "mx-host/certificate-not-yet-valid",
  ),
  certificate(
    "wrong-san-mx",
    "the certificate is another host's",
    "wrong-name",
    "mx-host/certificate-name",
  ),
  certificate(
    "common-name-only-mx",
    "the name stands in the common name, which does not count",
    "common-name-only",
    "mx-host/certificate-name",
  ),
  certificate(
    "self-signed-mx",
    "the certificate is its own issuer",
    "self-signed",
    "mx-host/certificate-self-signed",
  ),
  certificate(
    "private-root-mx",
    "the chain leads to a root that nobody trusts",
    "private-root",
    "mx-host/certificate-private-root",
  ),
  certificate(
    "missing-intermediate-mx",
    "the intermediate certificate is not served",
    "missing-intermediate",
    "mx-host/certificate-incomplete",
  ),
  certificate(
    "bad-signature-mx",
    "the signature of the certificate is wrong",
    "bad-signature",
    "mx-host/certificate-invalid",
  ),
  certificate(
    "issuer-is-no-ca-mx",
    "the certificate was issued by one that is no CA",
    "no-ca",
    "mx-host/certificate-invalid",
  ),
  certificate(
    "endless-chain-mx",
    "a chain of more certificates than TLS carries",
    "endless-chain",
    "mx-host/tls-failed",
  ),
  certificate(
    "expiring-soon-mx",
    "the certificate expires within days",
    "expiring",
    "mx-host/certificate-expiring",
    "yes",
  ),
  fault(
    "needs-sni",
    "another host's certificate for those who send no SNI",
    { withoutSni: "wrong-name" },
    "mx-host/certificate-needs-sni",
    "yes",
  ),
];

const coverage: readonly ZooEntry[] = [
  {
    name: "uncovered-mx",
    what: "no pattern of the policy covers the MX host",
    policy: () => policyText(["mail.somewhere-else.zoo.test"]),
    codes: ["mx-pattern/uncovered"],
    safe: "no",
  },
  {
    name: "pattern-too-deep",
    what: "`*.` is meant to cover two labels",
    mx: [{ host: "pattern-too-deep.h-v1.mx.pattern-too-deep.zoo.test" }],
    policy: ({ mx }) => policyText([`*.${mx}`]),
    codes: ["mx-pattern/too-deep"],
    safe: "no",
  },
];

export const mxHostEntries = [...conversations, ...certificates, ...coverage];
