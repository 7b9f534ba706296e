/** What the system says of a connection, and who is to blame for it. */
import os from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { isOutOfReach, socketFailure } from "../../../src/net/tls/failures.ts";
import type { ConnectionFailure } from "../../../src/net/failure.ts";

const v4 = "9.9.9.9";
const v6 = "2620:fe::fe";

/** Lets the machine have these addresses for the length of a test. */
function ownAddresses(...addresses: readonly string[]): void {
  const own = addresses.map((address) => ({
    address,
    family: address.includes(":") ? ("IPv6" as const) : ("IPv4" as const),
    internal: address === "::1" || address.startsWith("127."),
  }));
  const spy = vi.spyOn(os, "networkInterfaces").mockReturnValue({ eth0: own as never });
  onTestFinished(() => {
    spy.mockRestore();
  });
}

function kindOf(
  code: string,
  address = v4,
  stage: ConnectionFailure["stage"] = "connect",
): ConnectionFailure["kind"] {
  const error = Object.assign(new Error(`connect ${code}`), { code, syscall: "connect" });
  return socketFailure(error, stage, address).kind;
}

test.each<[string, ConnectionFailure["kind"]]>([
  ["ECONNREFUSED", "refused"],
  ["ECONNRESET", "reset"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["EPIPE", "closed"],
  ["ETIMEDOUT", "timeout"],
])("%s is the host's: %s", (code, kind) => {
  ownAddresses("192.0.2.1", "2a00::1");
  expect(kindOf(code)).toBe(kind);
  expect(kindOf(code, v6)).toBe(kind);
});

test.each(["EMFILE", "ENFILE", "ENOBUFS", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EPERM"])(
  "%s is this machine's",
  (code) => {
    ownAddresses("192.0.2.1", "2a00::1");
    expect(kindOf(code)).toBe("missing");
  },
);

test("what OpenSSL says is short", () => {
  const code = "ERR_SSL_WRONG_VERSION_NUMBER";
  const message = "80FC0411A07F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version";
  const error = Object.assign(new Error(message), { code, reason: "wrong version number" });
  const detail = "wrong version number";
  expect(socketFailure(error, "tls", v4)).toEqual({ stage: "tls", kind: "tls", detail });
  expect(socketFailure(error, "body", v4)).toEqual({ stage: "body", kind: "tls", detail });
});

describe("a machine", () => {
  test.each<[string, readonly string[], reachesV4: boolean, reachesV6: boolean]>([
    ["with both families", ["127.0.0.1", "::1", "192.168.1.2", "2a00::1"], true, true],
    ["with IPv4 alone", ["127.0.0.1", "::1", "192.168.1.2", "fe80::1"], true, false],
    ["with a unique local address", ["127.0.0.1", "192.168.1.2", "fd00::2"], true, false],
    ["with IPv6 alone", ["127.0.0.1", "::1", "2a00::1"], false, true],
    ["with nothing", ["127.0.0.1", "::1"], false, false],
  ])("%s", (_, addresses, reachesV4, reachesV6) => {
    ownAddresses(...addresses);
    expect(isOutOfReach(v4)).toBe(!reachesV4);
    expect(isOutOfReach(v6)).toBe(!reachesV6);
    for (const code of ["ENETUNREACH", "EHOSTUNREACH"]) {
      expect(kindOf(code, v4)).toBe(reachesV4 ? "unreachable" : "missing");
      expect(kindOf(code, v6)).toBe(reachesV6 ? "unreachable" : "missing");
    }
    expect(kindOf("ECONNREFUSED", v6)).toBe("refused");
  });

  test("reaches its own loopback, whatever else it has", () => {
    ownAddresses("127.0.0.1");
    expect(isOutOfReach("127.0.0.1")).toBe(false);
    expect(isOutOfReach("::1")).toBe(false);
  });
});
