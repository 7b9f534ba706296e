/**
 * nginx: two servers of constant size that find policy and certificate by the host's name.
 * Certificates come from any ACME client that answers from a webroot on port 80.
 */
import type { NginxSettings } from "../../config/site-config.ts";
import type { ReadyOutput } from "../output.ts";
import { checkCertificateOrders } from "./certificate-orders.ts";
import type { Target } from "./target.ts";

export const nginx: Target<"nginx"> = {
  name: "nginx",
  usesSiteTree: true,

  *outputs(_publications, settings) {
    yield policyHosts(settings);
    yield unknownHosts();
  },

  check(publications) {
    return checkCertificateOrders(publications.length);
  },
};

function policyHosts({ root, certificates, acmeWebroot }: NginxSettings): ReadyOutput {
  const folders = {
    root: withoutTrailingSlash(root),
    certificates: withoutTrailingSlash(certificates),
    acmeWebroot: withoutTrailingSlash(acmeWebroot),
  };
  const expected = [
    `root ${folders.root}/$policy_host;`,
    `root ${folders.acmeWebroot};`,
    `ssl_certificate ${folders.certificates}/$ssl_server_name/fullchain.pem;`,
    `ssl_certificate_key ${folders.certificates}/$ssl_server_name/privkey.pem;`,
  ];
  return {
    path: "nginx/policy-hosts.conf",
    kind: "rendered",
    phase: "server",
    template: "nginx/policy-hosts.conf",
    data: folders,
    verify: (text) => {
      const lines = new Set(text.split("\n").map((line) => line.trim()));
      const missing = expected.find((line) => !lines.has(line));
      if (missing !== undefined) return `it lacks \`${missing}\``;
      const other = [...lines].find(
        (line) => /^(root|alias|ssl_certificate(_key)?)\s/.test(line) && !expected.includes(line),
      );
      return other === undefined ? null : `\`${other}\` is no folder of the settings`;
    },
  };
}

function unknownHosts(): ReadyOutput {
  return {
    path: "nginx/unknown-hosts.conf",
    kind: "rendered",
    phase: "server",
    template: "nginx/unknown-hosts.conf",
    data: {},
    verify: (text) =>
      text.includes("ssl_reject_handshake on;") ? null : "it does not refuse unknown hosts",
  };
}

function withoutTrailingSlash(folder: string): string {
  return folder.replace(/\/+$/, "");
}
