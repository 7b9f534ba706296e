/**
 * Placeholders that were left standing, and what only a private network knows. A domain that the
 * Internet does not know either, such as those of examples and tests, may rely on them.
 */
import type { AddressUse } from "../diagnostics/catalogue/config.ts";
import { parseDomainName } from "../names/domain-name.ts";
import { isPublicAddress, useOfAddress } from "../names/public-address.ts";
import { isPublicName } from "../names/reserved-name.ts";
import { items } from "./read-settings.ts";
import type { SiteFileShape } from "./schema.ts";
import { targetNames, type TargetName, type YamlPath } from "./site-config.ts";

/** An address of a target that nobody on the Internet can reach. */
export interface UnreachableAddress {
  readonly target: TargetName;
  readonly path: YamlPath;
  /** As written; of a host name the A-labels. */
  readonly address: string;
  /** null: it is a host name. */
  readonly use: AddressUse | null;
}

/** Whether what has this name or IP address can be on the Internet. */
export function isReachable(host: string): boolean {
  return useOfAddress(host) === null ? isPublicName(host) : isPublicAddress(host);
}

/** Finds the addresses that nobody on the Internet can reach; what is no address at all is not among them. */
export function unreachableAddresses(
  targets: SiteFileShape["targets"] = {},
): readonly UnreachableAddress[] {
  const found: UnreachableAddress[] = [];
  for (const target of targetNames) {
    const written = targets[target]?.address ?? [];
    for (const [path, text] of items(written, ["targets", target, "address"])) {
      const use = useOfAddress(text);
      if (use === "public") continue;
      const name = use === null ? parseDomainName(text) : null;
      if (use !== null) found.push({ target, path, address: text, use });
      else if (name?.ok === true && !isPublicName(name.value.ascii))
        found.push({ target, path, address: name.value.ascii, use });
    }
  }
  return found;
}
