/**
 * The world that an audit is measured against: N healthy mail domains on loopback, ten to an MX host,
 * every answer 50 ms late. Started as `node world.mjs <domains> <folder>`; prints one line of JSON when
 * it is ready, and how often it was asked, as another, for every line on its stdin.
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import packets from "dns-packet";
import { webcrypto } from "node:crypto";
import dgram from "node:dgram";
import fs from "node:fs";
import https from "node:https";
import net from "node:net";
import path from "node:path";
import readline from "node:readline";
import tls from "node:tls";
import { domainAt, latencyMs, mxHostAt } from "./names.mjs";

const count = Number(process.argv[2]);
const folder = process.argv[3] ?? "";
const asked = { dns: 0, https: 0, smtp: 0 };
const later = (answer) => setTimeout(answer, latencyMs);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const [notBefore, notAfter] = [-1, 60].map((days) => new Date(Date.now() + days * 86_400_000));
const rootKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const leafKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const common = { notBefore, notAfter, signingAlgorithm: algorithm };
const root = await x509.X509CertificateGenerator.createSelfSigned(
  {
    ...common,
    name: "CN=stspress bench",
    keys: rootKeys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  },
  webcrypto,
);
const caFile = path.join(folder, "ca.pem");
fs.writeFileSync(caFile, root.toString("pem"));
const key = x509.PemConverter.encode(
  await webcrypto.subtle.exportKey("pkcs8", leafKeys.privateKey),
  "PRIVATE KEY",
);

async function certificate(name) {
  const made = await x509.X509CertificateGenerator.create(
    {
      ...common,
      subject: "CN=leaf",
      issuer: root.subject,
      publicKey: leafKeys.publicKey,
      signingKey: rootKeys.privateKey,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name }])],
    },
    webcrypto,
  );
  return tls.createSecureContext({ key, cert: made.toString("pem") });
}

const mxContext = await certificate("*.mx.bench.test");
const contexts = new Map();
for (let index = 0; index < count; index += 1) {
  const host = `mta-sts.${domainAt(index)}`;
  contexts.set(host, await certificate(host));
}

const names = new Map();
for (let index = 0; index < count; index += 1) names.set(domainAt(index), mxHostAt(index));

function answersOf({ name, type }) {
  const asked = name.toLowerCase();
  const record = (data) => [{ type, name, ttl: 300, class: "IN", data }];
  const mx = names.get(asked);
  if (mx !== undefined) return type === "MX" ? record({ preference: 10, exchange: mx }) : [];
  if (type === "A" && (asked.endsWith(".mx.bench.test") || asked.startsWith("mta-sts."))) {
    return record("127.0.0.1");
  }
  if (type === "TXT" && asked.startsWith("_mta-sts.")) return record("v=STSv1; id=1;");
  if (type === "TXT" && asked.startsWith("_smtp._tls.")) {
    return record("v=TLSRPTv1; rua=mailto:reports@bench.test");
  }
  return [];
}

const dns = dgram.createSocket("udp4", (message, peer) => {
  asked.dns += 1;
  const { id, questions } = packets.decode(message);
  const flags = packets.AUTHORITATIVE_ANSWER | packets.RECURSION_AVAILABLE;
  const answers = questions.flatMap(answersOf);
  const reply = packets.encode({ type: "response", id, flags, questions, answers });
  later(() => dns.send(reply, peer.port, peer.address));
});
await new Promise((done) => dns.bind(0, "127.0.0.1", done));

const policy = "version: STSv1\r\nmode: enforce\r\nmx: *.mx.bench.test\r\nmax_age: 604800\r\n";
const web = https.createServer(
  { key, SNICallback: (name, done) => done(null, contexts.get(name)) },
  (_, response) => {
    asked.https += 1;
    later(() => {
      response.writeHead(200, { "content-type": "text/plain", connection: "close" });
      response.end(policy);
    });
  },
);
await new Promise((done) => web.listen(0, "127.0.0.1", 4096, done));

const mail = net.createServer((socket) => {
  asked.smtp += 1;
  socket.on("error", () => undefined);
  later(() => socket.write("220 mx.bench.test ESMTP\r\n"));
  let rest = "";
  const read = (chunk) => {
    rest += chunk.toString("latin1");
    for (let end = rest.indexOf("\r\n"); end !== -1; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end).toUpperCase();
      rest = rest.slice(end + 2);
      if (line.startsWith("EHLO"))
        later(() => socket.write("250-mx.bench.test\r\n250 STARTTLS\r\n"));
      else if (line === "STARTTLS") {
        socket.off("data", read);
        later(() => {
          socket.write("220 go ahead\r\n");
          const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: mxContext });
          secure.on("error", () => socket.destroy());
          secure.on("data", () => later(() => secure.end("221 bye\r\n")));
        });
      } else if (line === "QUIT") later(() => socket.end("221 bye\r\n"));
    }
  };
  socket.on("data", read);
});
await new Promise((done) => mail.listen(0, "127.0.0.1", 4096, done));

const ports = {
  dns: dns.address().port,
  https: web.address().port,
  smtp: mail.address().port,
};
process.stdout.write(`${JSON.stringify({ ports, caFile })}\n`);
readline.createInterface({ input: process.stdin }).on("line", () => {
  process.stdout.write(`${JSON.stringify(asked)}\n`);
  for (const kind of Object.keys(asked)) asked[kind] = 0;
});
process.stdin.on("end", () => process.exit());
