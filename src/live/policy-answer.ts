/** What one address of a policy host answered, as a sender takes it. */
import { isPolicyMediaType } from "../mta-sts/media-type.ts";
import { quote } from "../diagnostics/catalogue/quote.ts";
import type { Failure } from "../net/failure.ts";
import type { Exchange } from "../net/https/get.ts";
import type { AddressLook } from "../site/lock/look.ts";
import type { UnixSeconds } from "../site/stamp.ts";
import { chainFaults, chainFaultText } from "./chain-faults.ts";
import { failureText } from "./failure-text.ts";

type Answer = AddressLook extends infer L
  ? L extends AddressLook
    ? Omit<L, "address">
    : never
  : never;

/**
 * Reads what came of a request for the policy. A body is taken as it is, whether it is a valid policy or not: it
 * is compared byte for byte.
 *
 * @see RFC 8461 §3.3
 */
export function readPolicyAnswer(
  address: string,
  host: string,
  seen: Exchange,
  now: UnixSeconds,
): AddressLook {
  return { address, ...answerOf(address, host, seen, now) };
}

function answerOf(address: string, host: string, seen: Exchange, now: UnixSeconds): Answer {
  const { failure, tls, head, body } = seen;
  const [faulty] = tls === null ? [] : chainFaults(tls, host, now);
  if (faulty !== undefined) return refused(chainFaultText(faulty.fault));
  if (failure !== null) return failureAnswer(address, failure);
  if (head === null || body === null) return { kind: "silent", detail: "no answer" };
  const field = (name: string): string | null => head.fields.get(name)?.[0] ?? null;
  const location = field("location");
  if (head.status !== 200) {
    const target = location === null ? "" : `, a redirect to ${quote(location)}`;
    return refused(`status ${String(head.status)}${head.status < 400 ? target : ""}`);
  }
  const encoding = field("content-encoding")?.trim() ?? "";
  if (encoding !== "" && encoding.toLowerCase() !== "identity") {
    return refused(`content encoding ${quote(encoding)}`);
  }
  const type = field("content-type");
  if (!isPolicyMediaType(type)) {
    return refused(type === null ? "no media type" : `media type ${quote(type)}`);
  }
  const text = textOf(body.bytes);
  return text === null ? refused("it is not UTF-8 text") : { kind: "policy", text };
}

function failureAnswer(address: string, failure: Failure): Answer {
  const { stage, kind } = failure;
  if (kind === "missing" || (kind === "unreachable" && address.includes(":"))) {
    return { kind: "not-looked-at", detail: "this machine has no route to it" };
  }
  if (kind === "timeout") {
    if (stage === "body") return refused("it does not finish sending in time");
    return { kind: "silent", detail: "timeout" };
  }
  if (kind === "too-large") return refused("it sends more than senders read");
  return stage === "connect"
    ? { kind: "silent", detail: failureText(failure) }
    : refused(failureText(failure));
}

function refused(detail: string): Answer {
  return { kind: "refused", detail };
}

/** Decodes without dropping a byte order mark: every byte counts. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const ordering: readonly Failure["kind"][] = ["tls", "closed", "reset", "timeout"];

/** Whether the handshake failed as it does while the server still orders its certificate. */
export function mayBeOrderingCertificate({ failure }: Exchange): boolean {
  return failure?.stage === "tls" && ordering.includes(failure.kind);
}
