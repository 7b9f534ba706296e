/** A site of one-domain files, as a provider with that many customers would keep it. */
import fs from "node:fs";
import path from "node:path";

/** Customers come in a few shapes; the policies repeat, as they do at a real provider. */
const bodies = [
  "mta-sts: {mode: testing}\n",
  "mta-sts:\n  mode: testing\n  max_age: 1d\n",
  "mta-sts:\n  mode: enforce\n  skip_testing: in enforce at the former host since 2024\n",
  "mta-sts:\n  mode: testing\n  mx: [relay.msp.example]\n",
  "tls-rpt:\n  rua: mailto:reports@tls.msp.example\nmta-sts:\n  mode: testing\n  max_age: 2w\n",
];

const settings = `target: caddy
targets: {caddy: {layout: on-demand, address: policy.msp.example}}
defaults:
  tls-rpt: {rua: [mailto:tlsrpt@msp.example]}
  mta-sts: {profile: msp, max_age: 1w}
profiles: {msp: {mx: ["*.mx.msp.example"]}}
`;

/** Writes a site of `count` domain files into the empty folder `root`, 1,000 files to a folder. */
export function writeSite(root, count) {
  fs.writeFileSync(path.join(root, "stspress.yaml"), settings);
  for (let index = 0; index < count; index += 1) {
    const folder = path.join(root, "domains", String(Math.floor(index / 1000)).padStart(3, "0"));
    if (index % 1000 === 0) fs.mkdirSync(folder, { recursive: true });
    const domain = `customer-${String(index).padStart(6, "0")}.example`;
    const text = `domain: ${domain}\n${bodies[index % bodies.length]}`;
    fs.writeFileSync(path.join(folder, `${domain}.yaml`), text);
  }
}
