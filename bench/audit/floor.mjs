/**
 * The least that an audit could do: the same exchanges by bare sockets, at the same concurrency, with
 * nothing parsed, checked or kept. Started as `node floor.mjs <domains> <concurrency> <ports as JSON>`;
 * prints the milliseconds it took.
 */
import dgram from "node:dgram";
import net from "node:net";
import tls from "node:tls";
import { domainAt, mxHostAt } from "./names.mjs";

const count = Number(process.argv[2]);
const concurrency = Number(process.argv[3]);
const ports = JSON.parse(process.argv[4] ?? "{}");
const types = { A: 1, MX: 15, TXT: 16, AAAA: 28, TLSA: 52, CAA: 257 };

let nextId = 1;
/** One socket per question, as a resolver does that wants to be hard to guess. */
function ask(name, type) {
  return new Promise((done, fail) => {
    const socket = dgram.createSocket("udp4");
    socket.on("error", fail);
    socket.on("message", () => {
      clearInterval(again);
      socket.close();
      done();
    });
    const labels = name.split(".").map((label) => {
      return Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]);
    });
    const head = Buffer.alloc(12);
    head.writeUInt16BE((nextId += 1) & 0xffff, 0);
    head.writeUInt16BE(0x0100, 2);
    head.writeUInt16BE(1, 4);
    const tail = Buffer.from([types[type] >> 8, types[type] & 255, 0, 1]);
    const question = Buffer.concat([head, ...labels, Buffer.alloc(1), tail]);
    const send = () => socket.send(question, ports.dns, "127.0.0.1");
    // A burst may overflow the server's buffer.
    const again = setInterval(send, 1000);
    send();
  });
}

function fetchPolicy(host) {
  return new Promise((done, fail) => {
    const socket = tls.connect(
      { port: ports.https, host: "127.0.0.1", servername: host, rejectUnauthorized: false },
      () => {
        socket.write(
          `GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        );
      },
    );
    socket.on("error", fail);
    socket.on("data", () => undefined);
    socket.on("end", () => {
      socket.end();
      done();
    });
  });
}

/** Greeting, EHLO, STARTTLS, handshake, QUIT. */
function talk(host, sni) {
  return new Promise((done, fail) => {
    const socket = net.connect(ports.smtp, "127.0.0.1");
    socket.on("error", fail);
    const steps = ["EHLO bench.test\r\n", "STARTTLS\r\n"];
    const step = () => {
      const line = steps.shift();
      if (line !== undefined) {
        socket.write(line);
        return;
      }
      socket.off("data", step);
      const options = { socket, rejectUnauthorized: false, ...(sni ? { servername: host } : {}) };
      const secure = tls.connect(options, () => secure.write("QUIT\r\n"));
      secure.on("error", fail);
      secure.on("data", () => {
        secure.destroy();
        done();
      });
    };
    socket.on("data", step);
  });
}

const hosts = new Map();
function mxHost(host) {
  let known = hosts.get(host);
  if (known === undefined) {
    known = (async () => {
      await Promise.all([ask(host, "A"), ask(host, "AAAA"), ask(`_25._tcp.${host}`, "TLSA")]);
      await talk(host, true);
      await talk(host, false);
    })();
    hosts.set(host, known);
  }
  return known;
}

async function caa(domain) {
  await ask(`mta-sts.${domain}`, "CAA");
  await ask(domain, "CAA");
}

async function one(index) {
  const domain = domainAt(index);
  const host = `mta-sts.${domain}`;
  await Promise.all([
    ...[domain, `mta-sts.${domain}`].map((name) => ask(name, name === domain ? "MX" : "AAAA")),
    ask(`_mta-sts.${domain}`, "TXT"),
    ask(`_smtp._tls.${domain}`, "TXT"),
    ask(`nobody.${domain}`, "TXT"),
    ask(host, "A"),
    caa(domain),
  ]);
  await Promise.all([fetchPolicy(host), mxHost(mxHostAt(index))]);
}

const started = performance.now();
let next = 0;
async function work() {
  while (next < count) {
    next += 1;
    await one(next - 1);
  }
}
await Promise.all(Array.from({ length: concurrency }, work));
process.stdout.write(`${JSON.stringify({ ms: performance.now() - started })}\n`);
