/** Turns errors of the system and of OpenSSL into the kinds of failure that evidence has. */
import os from "node:os";
import { isIP } from "node:net";
import { isPublicAddress } from "../../names/public-address.ts";
import type { ConnectionFailure } from "../failure.ts";

type FailureKind = ConnectionFailure["kind"];

/** What Node puts on errors of the system (`syscall`) and of OpenSSL (`reason`). */
interface SocketError extends NodeJS.ErrnoException {
  readonly reason?: string;
}

const kinds: Readonly<Record<string, FailureKind>> = {
  ECONNABORTED: "reset",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EHOSTDOWN: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  ENETUNREACH: "unreachable",
  EPIPE: "closed",
  ETIMEDOUT: "timeout",
  // These concern this machine, not the host that is audited.
  EACCES: "missing",
  EADDRNOTAVAIL: "missing",
  EAFNOSUPPORT: "missing",
  EMFILE: "missing",
  ENFILE: "missing",
  ENOBUFS: "missing",
  ENOMEM: "missing",
  EPERM: "missing",
  // The other side sends an alert, or answers with a version that is too old.
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "tls-version",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "tls-version",
};

/** Classifies an error of a socket. */
export function socketFailure(
  error: SocketError,
  stage: ConnectionFailure["stage"],
  address: string,
): ConnectionFailure {
  const { code = "", message, reason, syscall } = error;
  // The other side ended in the middle of a handshake: Node gives that the code of a reset.
  if (code === "ECONNRESET" && syscall === undefined) return { stage, kind: "closed", detail: "" };
  return { stage, kind: kindOf(), detail: reason ?? message };

  function kindOf(): FailureKind {
    const kind = kinds[code] ?? (stage === "tls" || /^ERR_(SSL|TLS)/.test(code) ? "tls" : "reset");
    return kind === "unreachable" && isOutOfReach(address) ? "missing" : kind;
  }
}

/**
 * Whether this machine cannot reach any address of that family, so that the host is not blamed for it. A
 * unique local IPv6 address (RFC 4193) is not enough: containers have one without a route to the Internet.
 */
export function isOutOfReach(address: string): boolean {
  if (!isPublicAddress(address)) return false;
  const own = Object.values(os.networkInterfaces()).flatMap((all) => all ?? []);
  return isIP(address) === 6
    ? !own.some((one) => one.family === "IPv6" && isPublicAddress(one.address))
    : !own.some((one) => one.family === "IPv4" && !one.internal);
}
