import { expect, test } from "vitest";
import type { NginxSettings } from "../../../src/config/site-config.ts";
import { nginx } from "../../../src/site/targets/nginx.ts";
import { altering, publish, publishMany, renderAll } from "./rendering.ts";

const settings: NginxSettings = {
  address: { ipv4: ["192.0.2.10"], ipv6: [], host: null },
  root: "/srv/stspress/site/",
  certificates: "/etc/letsencrypt/live",
  acmeWebroot: "/var/www/acme",
};
const two = publish({ "one.example": "1", "two.example": "2" });

test("the folders of the settings, without a slash too many", () => {
  const config = renderAll(nginx.outputs(two, settings)).get("nginx/policy-hosts.conf") ?? "";
  expect(config.match(/^\s+(root|ssl_certificate\S*) .*$/gm)?.map((line) => line.trim())).toEqual([
    "root /var/www/acme;",
    "ssl_certificate /etc/letsencrypt/live/$ssl_server_name/fullchain.pem;",
    "ssl_certificate_key /etc/letsencrypt/live/$ssl_server_name/privkey.pem;",
    "root /srv/stspress/site/$policy_host;",
  ]);
});

test("the same bytes for 1 and for 100,000 hosts", () => {
  expect(renderAll(nginx.outputs(publishMany(1), settings))).toEqual(
    renderAll(nginx.outputs(publishMany(100_000), settings)),
  );
});

test("a template may not serve another folder or answer strangers", () => {
  const { verdict } = altering(nginx.outputs(two, settings), "nginx/policy-hosts.conf");
  expect(verdict("root /srv/stspress/site/$policy_host;", "root /srv;")).toBe(
    "it lacks `root /srv/stspress/site/$policy_host;`",
  );
  expect(verdict("return 404;", "root /etc;")).toBe("`root /etc;` is no folder of the settings");
  expect(verdict("return 404;", "alias /etc/;")).toBe(
    "`alias /etc/;` is no folder of the settings",
  );
  expect(verdict("server_tokens off;", "server_tokens on;")).toBeNull();
  const unknown = altering(nginx.outputs(two, settings), "nginx/unknown-hosts.conf");
  expect(unknown.verdict("ssl_reject_handshake on;", "")).toBe("it does not refuse unknown hosts");
});

test("the authority's limits are said", () => {
  expect(nginx.check(publishMany(300), settings)).toEqual([]);
  expect(nginx.check(publishMany(301), settings).map(({ code }) => code)).toEqual([
    "target/certificate-orders",
  ]);
});
