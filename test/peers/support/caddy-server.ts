/** Caddy, started as a user starts it: `caddy run` with the site's own Caddyfile. */
import fs from "node:fs";
import path from "node:path";
import type { AcmeAuthority } from "./acme-authority.ts";
import { Daemon } from "./daemon.ts";

/** What keeps a test's Caddy inside the test: options that a user with an own authority would set. */
export function writeCaddyOptions(site: string, acme: AcmeAuthority, bind = "127.0.0.1"): void {
  const options = [
    "admin off",
    "skip_install_trust",
    `default_bind ${bind}`,
    `http_port ${String(acme.httpPort)}`,
    `https_port ${String(acme.httpsPort)}`,
    `acme_ca ${acme.directory}`,
    `acme_ca_root ${acme.apiRootFile}`,
    `storage file_system ${path.join(site, ".caddy")}`,
  ];
  fs.writeFileSync(path.join(site, "caddy.d", "test.options"), `${options.join("\n")}\n`);
}

/** Starts Caddy in the site's folder; it is up when it says so, its certificates come later. */
export async function startCaddy(
  site: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Daemon> {
  const home = path.join(site, ".caddy");
  const caddy = new Daemon("caddy", ["run"], {
    cwd: site,
    env: { HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, ...env },
  });
  await caddy.until("serving", () =>
    caddy.said.includes("serving initial configuration") ? true : null,
  );
  return caddy;
}
