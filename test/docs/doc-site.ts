/**
 * The temporary folders in which the commands of the documentation run: the example site, a home with a
 * mailbox, and programs that stand in for those that reach outside.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";

const root = path.join(import.meta.dirname, "../..");

/** The clock of every command: 2026-11-24 07:00 UTC, seven hours after the example's lock was written. */
const clock = "1795503600";

/** A site folder, and the clone, as pages name them. */
const namedSite = "/srv/mail-policies";
const namedClone = "/opt/stspress";

export interface Ran {
  readonly code: number | null;
  /** Standard output and standard error, as a terminal shows them. */
  readonly output: string;
}

/**
 * What stands in for the program of that name. `rsync` copies to a folder in place of the server `server:`, so
 * that a folder which the build does not make is noticed; `curl` answers from `dist/site`.
 */
const standIns: Readonly<Record<string, string>> = {
  stspress: `exec "${process.execPath}" "${path.join(root, "build/cli.js")}" "$@"`,
  npx: `[ "$1" = stspress ] || { echo "npx $1: no stand-in" >&2; exit 127; }; shift; exec stspress "$@"`,
  npm: `case "$*" in
  "run build") exec stspress build ;;
  test) set -- run test ;;
esac
[ "$1" = run ] && grep -q "^    \\"$2\\": " "${path.join(root, "package.json")}" && exit 0
echo "npm $*: no such script in package.json" >&2; exit 127`,
  curl: `for last in "$@"; do :; done
file="dist/site/\${last#https://}"
[ -f "$file" ] || { echo "curl: nothing is served at $last" >&2; exit 22; }
case " $* " in *" -si "*) printf 'HTTP/2 200\\ncontent-type: text/plain; charset=utf-8\\n\\n' ;; esac
exec cat "$file"`,
  duckdb: `exec "${process.execPath}" -e '
const { DuckDBInstance } = require("${path.join(root, "node_modules/@duckdb/node-api")}");
DuckDBInstance.create(process.argv[2], { access_mode: "READ_ONLY" })
  .then((instance) => instance.connect())
  .then((connection) => connection.run(process.argv[3]))' -- "$@"`,
  nsupdate: `exec cat > "$HOME/nsupdate.txt"`,
  rsync: `for last in "$@"; do :; done
to="$HOME/server\${last#server:}"; mkdir -p "$to"
for from in "$@"; do
  case "$from" in -*|"$last") continue ;; */) cp -R "$from." "$to" ;; *) cp -R "$from" "$to" ;; esac || exit 23
done`,
};

/** Makes the stand-ins and the site that every document starts with, once. */
export async function prepare(folder: string): Promise<void> {
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  for (const [name, script] of Object.entries(standIns)) {
    fs.writeFileSync(path.join(bin, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  }
  const site = path.join(folder, "start/site");
  const put = (name: string, bytes: string | Uint8Array): void => {
    const file = path.join(site, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  };
  for (const name of ["domains", "stspress.yaml", "stspress.lock", "Caddyfile", "caddy.d"]) {
    fs.cpSync(path.join(root, name), path.join(site, name), { recursive: true });
  }
  put(".gitignore", "/dist/\n/.stspress/\n");
  put("google.com!example.com!1764028800!1764115199!001.json.gz", gzipSync(report("gzip")));
  put("reports.mbox", `From reports@example.net Tue Nov 24 02:00:00 2026\n${mail("mbox")}\n`);
  put("mta-sts.txt", policy);
  put("evidence.json", fs.readFileSync(path.join(import.meta.dirname, "evidence.json")));
  put("customers.txt", "example.net\nexample.org\n");
  put("../home/Maildir/.tls-reports/new/1.mail", mail("maildir"));
  put("../home/Maildir/.tls-reports/cur/.keep", "");
  put("../home/Maildir/.tls-reports/tmp/.keep", "");
  // Pages that speak of the package import it by name.
  fs.mkdirSync(path.join(site, "node_modules"));
  fs.symlinkSync(root, path.join(site, "node_modules/stspress"));
  const { code, output } = await runShell(
    folder,
    "start",
    `git init -q && git add domains stspress.* .gitignore Caddyfile caddy.d && git commit -qm first &&
     git commit -qm second --allow-empty`,
  );
  if (code !== 0) throw new Error(output);
}

const policy =
  "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmx: mx2.example.com\r\nmax_age: 604800\r\n";

function report(id: string): string {
  return JSON.stringify({
    "organization-name": "Example Mail",
    "date-range": {
      "start-datetime": "2026-11-23T00:00:00Z",
      "end-datetime": "2026-11-23T23:59:59Z",
    },
    "contact-info": "postmaster@example.net",
    "report-id": id,
    policies: [
      {
        policy: { "policy-type": "sts", "policy-domain": "example.com" },
        summary: { "total-successful-session-count": 40, "total-failure-session-count": 0 },
      },
    ],
  });
}

function mail(id: string): string {
  return `From: reports@example.net
To: tls-reports@example.com
Subject: Report Domain: example.com Submitter: example.net Report-ID: <${id}>
Date: Tue, 24 Nov 2026 02:00:00 +0000
TLS-Report-Domain: example.com
TLS-Report-Submitter: example.net
MIME-Version: 1.0
Content-Type: multipart/report; report-type=tlsrpt; boundary=x

--x
Content-Type: text/plain

A report.
--x
Content-Type: application/tlsrpt+gzip
Content-Transfer-Encoding: base64

${gzipSync(report(id)).toString("base64")}
--x--
`;
}

/** Gives a document folders of its own. */
export function makeSite(folder: string, name: string): string {
  fs.cpSync(path.join(folder, "start"), path.join(folder, name), {
    recursive: true,
    verbatimSymlinks: true,
  });
  fs.cpSync(path.join(folder, "start/site"), path.join(folder, name, "named"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  return path.join(folder, name, "site");
}

/** Runs a script of bash in a document's site folder. */
export function runShell(folder: string, name: string, script: string): Promise<Ran> {
  const home = path.join(folder, name);
  const cwd = path.join(home, "site");
  return new Promise((resolve, reject) => {
    const text = script
      .replaceAll(namedSite, path.join(home, "named"))
      .replaceAll(namedClone, root);
    const child = spawn("bash", ["-e", "-o", "pipefail", "-c", `exec 2>&1\n${text}`], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        PATH: `${path.join(folder, "bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
        HOME: path.join(home, "home"),
        TMPDIR: os.tmpdir(),
        SOURCE_DATE_EPOCH: clock,
        GIT_CONFIG_NOSYSTEM: "1",
        ...Object.fromEntries(
          ["GIT_AUTHOR", "GIT_COMMITTER"].flatMap((who) => [
            [`${who}_NAME`, "reader"],
            [`${who}_EMAIL`, "reader@example.com"],
          ]),
        ),
      },
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({
        code,
        output: output.replaceAll("\r\n", "\n").replaceAll(path.join(home, "named"), namedSite),
      });
    });
  });
}
