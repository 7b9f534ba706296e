/** Words a look for people. */
import { formatTime } from "../site/stamp.ts";
import type { AddressLook, Look, ServerLook } from "../site/lock/look.ts";

/**
 * Words a look: one line for each address, then one for each server. `classify` says which policy a text is, such
 * as `the policy of 2026-11-28` or `another policy`. The lines may hold hostile text: escape them before you print them.
 */
export function describeLook(look: Look, classify: (text: string) => string): readonly string[] {
  return [
    ...describeHost(look),
    ...look.addresses.map((one) => `${one.address} ${describeAddress(one, classify)}`),
    ...look.servers.map((one) => `${nameOf(one)} ${describeServer(one)}`),
  ];
}

function describeHost({ domain, host }: Look): readonly string[] {
  if (host === "found") return [];
  return [
    host === "absent"
      ? `mta-sts.${domain} has no address`
      : `DNS does not give all addresses of mta-sts.${domain}`,
  ];
}

function describeAddress(look: AddressLook, classify: (text: string) => string): string {
  switch (look.kind) {
    case "policy":
      return `serves ${classify(look.text)}`;
    case "refused":
      return `serves no policy${because(look.detail)}`;
    case "silent":
      return `does not answer${because(look.detail)}`;
    case "not-looked-at":
      return `was not looked at${because(look.detail)}`;
  }
}

/** A resolver is told as one: what it says may be old. */
function nameOf({ server, isAuthoritative }: ServerLook): string {
  return isAuthoritative ? server : `the resolver ${server}, asked in place of the name servers,`;
}

function describeServer(look: ServerLook): string {
  switch (look.kind) {
    case "id":
      return `announces id ${look.id}`;
    case "absent":
      return "has no record";
    case "invalid":
      return `has no record that senders accept${because(look.detail)}`;
    case "silent":
      return `does not answer${because(look.detail)}`;
    case "set-aside":
      return `has not answered since ${formatTime(look.since)}${because(look.detail)}, so it does not count`;
    case "not-looked-at":
      return `could not be asked${because(look.detail)}`;
  }
}

function because(detail: string): string {
  return detail === "" ? "" : ` (${detail})`;
}
