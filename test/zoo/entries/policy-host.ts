/** Faults of the policy host, of its certificate and of its answers. */
import { policyText, type ZooEntry } from "../entry.ts";
import type { IdentityKind } from "../identities.ts";
import type { FindingCode } from "../../../src/audit/rules.ts";
import {
  brokenOff,
  dripBody,
  dripHeaders,
  endlessHeaders,
  gzipped,
  mediaType,
  status,
  tenGigabytes,
  type PolicyServer,
} from "../policy-server.ts";
import { flood } from "../sockets.ts";

const html =
  "<!doctype html>\n<html><head><title>Welcome</title></head><body>Hello</body></html>\n";

/** One policy host with one fault. */
function fault(
  name: string,
  what: string,
  server: PolicyServer,
  code: FindingCode,
  safe: ZooEntry["safe"] = "no",
): ZooEntry {
  return { name, what, policyHost: [server], codes: [code], safe };
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

/** A policy with another text than the usual one. */
function text(
  name: string,
  what: string,
  policy: (mx: string) => string,
  code: FindingCode,
  safe: ZooEntry["safe"],
): ZooEntry {
  return { name, what, policy: ({ mx }) => policy(mx), codes: [code], safe };
}

const connections: readonly ZooEntry[] = [
  {
    name: "policy-host-refuses",
    what: "nothing listens on the HTTPS port",
    policyHost: [{ at: "nobody" }],
    codes: ["policy-host/unreachable"],
    safe: "no",
  },
  {
    name: "policy-host-half-dead",
    what: "one of two addresses refuses connections",
    policyHost: [{}, { at: "nobody" }],
    codes: ["policy-host/address-unreachable"],
    safe: "no",
  },
  {
    name: "policy-host-of-seventeen-addresses",
    what: "more addresses than an audit tries",
    policyHost: Array.from({ length: 17 }, () => ({})),
    codes: ["policy-host/address-not-tried"],
    safe: "yes",
  },
  {
    name: "policy-host-ipv6-broken",
    what: "over IPv6 the policy host shows an expired certificate",
    policyHost: [{}, { at: "ipv6", certificate: "expired" }],
    codes: ["policy-host/certificate-expired"],
    safe: "no",
  },
  fault(
    "policy-host-silent",
    "the policy host accepts connections and says nothing",
    { raw: () => undefined },
    "policy-host/unreachable",
  ),
  fault(
    "policy-host-hangs-up",
    "the policy host closes every connection",
    { raw: (socket) => socket.destroy() },
    "policy-host/tls-failed",
  ),
  fault(
    "http-on-https-port",
    "the policy host speaks plain HTTP where TLS belongs",
    {
      raw: (socket) =>
        void socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    },
    "policy-host/tls-failed",
  ),
  fault(
    "garbage-on-https-port",
    "bytes without end where TLS belongs",
    {
      raw: (socket) => {
        flood(socket, Buffer.alloc(65_536, 0x16), Infinity);
      },
    },
    "policy-host/tls-failed",
  ),
  fault(
    "tls10-only-policy-host",
    "TLS 1.0 and 1.1 only",
    { oldTls: true },
    "policy-host/tls-version",
  ),
];

const certificates: readonly ZooEntry[] = [
  certificate(
    "expired-policy-host",
    "the certificate has expired",
    "expired",
    "policy-host/certificate-expired",
  ),
  certificate(
    "not-yet-valid-policy-host",
    "the certificate is not valid yet",
    "not-yet-valid",
    "policy-host/certificate-not-yet-valid",
  ),
  certificate(
    "wrong-name-policy-host",
    "the certificate is another host's",
    "wrong-name",
    "policy-host/certificate-name",
  ),
  certificate(
    "self-signed-policy-host",
    "the certificate is its own issuer",
    "self-signed",
    "policy-host/certificate-self-signed",
  ),
  certificate(
    "private-root-policy-host",
    "the chain leads to a root that nobody trusts",
    "private-root",
    "policy-host/certificate-private-root",
  ),
  certificate(
    "missing-intermediate-policy-host",
    "the intermediate certificate is not served",
    "missing-intermediate",
    "policy-host/certificate-incomplete",
  ),
  certificate(
    "bad-signature-policy-host",
    "the signature of the certificate is wrong",
    "bad-signature",
    "policy-host/certificate-invalid",
  ),
  certificate(
    "expiring-soon-policy-host",
    "the certificate expires within days",
    "expiring",
    "policy-host/certificate-expiring",
    "yes",
  ),
];

const answers: readonly ZooEntry[] = [
  fault(
    "redirect",
    "a redirect, which senders must not follow",
    { answer: status(301, { location: "https://www.zoo.test/.well-known/mta-sts.txt" }, "") },
    "policy-host/redirect",
  ),
  fault("status-404", "404", { answer: status(404, {}, "not here\n") }, "policy-host/status"),
  fault("status-503", "503", { answer: status(503, {}, "") }, "policy-host/status"),
  fault(
    "challenge-page",
    "a bot challenge in place of the policy",
    {
      answer: status(
        403,
        { server: "cloudflare", "cf-mitigated": "challenge", "content-type": "text/html" },
        html.replace("Welcome", "Just a moment..."),
      ),
    },
    "policy-host/challenge",
  ),
  fault(
    "html-page",
    "a web page in place of the policy",
    { answer: status(200, { "content-type": "text/html; charset=utf-8" }, html) },
    "policy-host/html",
  ),
  fault(
    "hostile-status",
    "terminal escapes in a redirect",
    {
      answer: (response) => {
        const escape = "\u001b[2J\u001b]0;owned\u0007";
        response.socket?.end(
          Buffer.from(
            `HTTP/1.1 302 ${escape}\r\nServer: ${escape}\r\nLocation: https://${escape}/\u009b31m\r\nContent-Length: 0\r\n\r\n`,
            "latin1",
          ),
        );
      },
    },
    "policy-host/redirect",
  ),
  {
    ...fault("huge-body", "a policy of 80 kilobytes", {}, "policy-host/too-large"),
    policy: ({ mx }) =>
      policyText([mx, ...Array.from({ length: 3400 }, (_, at) => `mx${String(at)}.zoo.test`)]),
  },
  fault(
    "ten-gigabyte-body",
    "a body of ten gigabytes",
    { answer: tenGigabytes },
    "policy-host/too-large",
  ),
  fault(
    "slow-drip-body",
    "the body at one byte per second",
    { answer: dripBody },
    "policy-host/slow",
  ),
  fault(
    "slow-drip-headers",
    "the header fields at one byte per second",
    { answer: dripHeaders },
    "policy-host/slow",
  ),
  fault(
    "never-answers",
    "the request is read, and never answered",
    { answer: () => undefined },
    "policy-host/slow",
  ),
  fault(
    "endless-headers",
    "header fields without end",
    { answer: endlessHeaders },
    "policy-host/broken-off",
  ),
  fault("gzip-body", "a compressed body", { answer: gzipped }, "policy-host/encoded"),
  fault(
    "broken-off-body",
    "the connection ends in the middle",
    { answer: brokenOff },
    "policy-host/broken-off",
  ),
  {
    name: "bodies-differ",
    what: "the two addresses of the policy host serve different policies",
    policyHost: [{}, { policy: policyText(["mx.bodies-differ.zoo.test"], { mode: "testing" }) }],
    codes: ["policy-host/bodies-differ"],
    safe: "no",
  },
];

const texts: readonly ZooEntry[] = [
  text(
    "bad-grammar",
    "`nmx:` for `mx:`",
    (mx) => policyText([mx]).replace("mx:", "nmx:"),
    "policy-text/invalid",
    "no",
  ),
  text("empty-body", "an empty body", () => "", "policy-text/invalid", "no"),
  text(
    "binary-body",
    "a body that is no text",
    () => "\u0000\u001b[31m\u0007\u0000",
    "policy-text/invalid",
    "no",
  ),
  text(
    "duplicate-field",
    "two modes, of which the first counts",
    (mx) => policyText([mx]).replace("max_age", "mode: testing\r\nmax_age"),
    "policy-text/loose",
    "yes",
  ),
  text(
    "short-life",
    "a policy that senders keep for ten minutes",
    (mx) => policyText([mx]).replace("604800", "600"),
    "policy-text/max-age-short",
    "yes",
  ),
  text(
    "blank-line",
    "a blank line at the end",
    (mx) => `${policyText([mx])}\r\n`,
    "sender-quirk/blank-line",
    "yes",
  ),
  text(
    "extension-field",
    "a field that RFC 8461 leaves to extensions",
    (mx) => `${policyText([mx])}note: hello\r\n`,
    "sender-quirk/extension-field",
    "yes",
  ),
  text(
    "field-order",
    "the version is not the first field",
    (mx) => `mode: enforce\r\nversion: STSv1\r\nmx: ${mx}\r\nmax_age: 604800\r\n`,
    "sender-quirk/field-order",
    "yes",
  ),
  fault(
    "media-type",
    "another media type than text/plain",
    { answer: mediaType("application/octet-stream") },
    "sender-quirk/media-type",
    "yes",
  ),
  fault(
    "no-media-type",
    "no media type",
    { answer: mediaType(null) },
    "sender-quirk/media-type",
    "yes",
  ),
];

export const policyHostEntries = [...connections, ...certificates, ...answers, ...texts];
