/** Turns what the system and OpenSSL say of a connection into the kinds of failure that evidence knows. */
import os from "node:os";
import { isIP } from "node:net";
import { isPublicAddress } from "../public-address.ts";
import type { Failure } from "../failure.ts";

type Kind = Failure["kind"];

/** What Node puts on errors of the system (`syscall`) and of OpenSSL (`reason`). */
interface SocketError extends NodeJS.ErrnoException {
  readonly reason?: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  ECONNABORTED: "reset",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EHOSTDOWN: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  ENETUNREACH: "unreachable",
  EPIPE: "closed",
  ETIMEDOUT: "timeout",
  // Of the machine that looks, not of the host that is looked at.
  EACCES: "missing",
  EADDRNOTAVAIL: "missing",
  EAFNOSUPPORT: "missing",
  EMFILE: "missing",
  ENFILE: "missing",
  ENOBUFS: "missing",
  ENOMEM: "missing",
  EPERM: "missing",
  // The other side says so by an alert, or answers with a version that is too old.
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "tls-version",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "tls-version",
};

/** Tells of what kind an error of a socket is, and what it says. */
export function socketFailure(
  error: SocketError,
  stage: Failure["stage"],
  address: string,
): Failure {
  const { code = "", message, reason, syscall } = error;
  // An end in the middle of a handshake, for which Node has words of its own and the code of a reset.
  if (code === "ECONNRESET" && syscall === undefined) return { stage, kind: "closed", detail: "" };
  return { stage, kind: kindOf(), detail: reason ?? message };

  function kindOf(): Kind {
    const kind = kinds[code] ?? (stage === "tls" || /^ERR_(SSL|TLS)/.test(code) ? "tls" : "reset");
    return kind === "unreachable" && isOutOfReach(address) ? "missing" : kind;
  }
}

/**
 * Whether this machine cannot reach any address of that family, so that a host is not blamed for it.
 * Of IPv6 a unique local address (RFC 4193) is not enough: containers have one and no way out.
 */
export function isOutOfReach(address: string): boolean {
  if (!isPublicAddress(address)) return false;
  const own = Object.values(os.networkInterfaces()).flatMap((all) => all ?? []);
  return isIP(address) === 6
    ? !own.some((one) => one.family === "IPv6" && isPublicAddress(one.address))
    : !own.some((one) => one.family === "IPv4" && !one.internal);
}
