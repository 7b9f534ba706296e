/** How a conversation with a server fails. */

/** Why a conversation ended early. */
export interface ConnectionFailure {
  /** The stage at which it ended. */
  readonly stage:
    "connect" | "banner" | "ehlo" | "starttls" | "tls" | "request" | "headers" | "body";
  /**
   * `timeout`: no answer in time. `refused`, `unreachable`, `reset`, `closed`: of the connection.
   * `not-public`: the address is private, loopback or reserved, and was not tried. `protocol`: an
   * invalid answer. `too-large`: more than a sender has to read. `tls-version`: only
   * versions older than TLS 1.2. `tls`: any other failed handshake. `rejected`: the server said no (a
   * 4xx or 5xx reply). `missing`: the local machine cannot (no IPv6).
   */
  readonly kind:
    | "timeout"
    | "refused"
    | "unreachable"
    | "reset"
    | "closed"
    | "not-public"
    | "protocol"
    | "too-large"
    | "tls-version"
    | "tls"
    | "rejected"
    | "missing";
  /** What the system, OpenSSL or the server said, at most 200 characters; may be hostile. */
  readonly detail: string;
}
