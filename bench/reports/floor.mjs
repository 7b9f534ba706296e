/**
 * The least that taking in reports could do. Started as `node floor.mjs files <folder>`: reads, gunzips
 * and parses every file; as `node floor.mjs mbox <file>`: the same of every mail, and a bare MIME parse
 * before it. Prints the milliseconds that it took, Node's start aside.
 */
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import PostalMime from "postal-mime";

const [kind, place = ""] = process.argv.slice(2);
const began = performance.now();
let policies = 0;
const parse = (gzip) => {
  policies += JSON.parse(zlib.gunzipSync(gzip).toString("utf8")).policies.length;
};
if (kind === "files") {
  for (const name of fs.readdirSync(place)) parse(fs.readFileSync(path.join(place, name)));
} else {
  const text = fs.readFileSync(place);
  for (let at = 0; at < text.length;) {
    const found = text.indexOf("\n\nFrom ", at);
    const end = found === -1 ? text.length : found + 1;
    const mail = await PostalMime.parse(text.subarray(text.indexOf(0x0a, at) + 1, end));
    parse(new Uint8Array(mail.attachments[0].content));
    at = end + 1;
  }
}
process.stdout.write(JSON.stringify({ ms: performance.now() - began, policies }));
