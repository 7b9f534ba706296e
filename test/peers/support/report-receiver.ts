/** `stspress reports serve` as a process, and a client that posts to it as a sender does. */
import http from "node:http";
import path from "node:path";
import { Daemon } from "./daemon.ts";
import { repository } from "./site.ts";

/** Starts it for a site folder, and resolves when it listens. */
export async function startReceiver(
  site: string,
  port: number,
  args: readonly string[] = [],
): Promise<Daemon> {
  const cli = path.join(repository, "build", "cli.js");
  const receiver = new Daemon("node", [
    ...[cli, "reports", "serve", "--site", site],
    ...["--listen", `127.0.0.1:${String(port)}`, ...args],
  ]);
  await receiver.until("listening", () => (receiver.said.includes("listening at ") ? true : null));
  return receiver;
}

/** Posts a report; the status of the answer, or 0 where there was none. */
export function post(port: number, json: string, agent: http.Agent): Promise<number> {
  return new Promise((resolve) => {
    const request = http.request(
      {
        ...{ host: "127.0.0.1", port, method: "POST", path: "/tlsrpt", agent, timeout: 10_000 },
        headers: {
          "Content-Type": "application/tlsrpt+json",
          "Content-Length": Buffer.byteLength(json),
        },
      },
      (response) => {
        response.resume();
        response.on("error", () => {
          resolve(0);
        });
        response.on("end", () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    request.on("error", () => {
      resolve(0);
    });
    request.end(json);
  });
}
