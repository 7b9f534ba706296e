import { entry } from "./entry.ts";

/** What a place in a file takes, or what was found there. */
export const valueKinds = {
  nothing: "empty",
  text: "text",
  number: "a number",
  boolean: "true or false",
  list: "a list",
  map: "a map of keys",
  "name-list": "a list of domain names",
  "text-or-list": "one text or a list of them",
  "map-or-false": "a map of keys, or false",
  "text-or-false": "text, or false",
  duration: "seconds, or a number with one unit of s m h d w",
  port: "a port number from 1 to 65535",
} as const;
export type ValueKind = keyof typeof valueKinds;

/** Why the Internet cannot reach an address. */
export const addressUses = {
  benchmarking: "is set aside for measuring networks",
  "carrier-nat": "belongs to the network behind a provider's NAT",
  documentation: "is set aside for documentation",
  embedded: "only stands for an IPv4 address",
  "link-local": "is link-local",
  loopback: "is a loopback address",
  multicast: "is a multicast address",
  private: "belongs to private networks",
  protocols: "is set aside for protocols",
  reserved: "is reserved",
  unspecified: "is the address of no host",
} as const;
export type AddressUse = keyof typeof addressUses;

const atMost = (texts: readonly string[], count: number): string =>
  texts.length > count
    ? `${texts.slice(0, count).join(", ")} and ${String(texts.length - count)} more`
    : texts.join(", ");

function choose(a: { suggestion: string | null; allowed: readonly string[] }): string {
  return a.suggestion === null
    ? `choose from ${atMost(a.allowed, 12)}`
    : `did you mean ${a.suggestion}?`;
}

function others(a: { others: number }): string {
  return a.others === 0
    ? ""
    : ` (and ${a.others.toLocaleString("en-US")} other domain${a.others === 1 ? "" : "s"})`;
}

/** What a file means and must not, and what several files mean together. */
export const configCodes = {
  "config/unknown-key": entry<{
    key: string;
    /** The map that it stands in, such as `defaults.mta-sts`; "" for the file itself. */
    where: string;
    suggestion: string | null;
    allowed: readonly string[];
  }>({
    severity: "error",
    message: (a) =>
      a.where === "" ? `there is no key ${a.key}` : `there is no key ${a.key} in ${a.where}`,
    fix: choose,
  }),
  "config/unknown-value": entry<{
    key: string;
    value: string;
    suggestion: string | null;
    allowed: readonly string[];
  }>({
    severity: "error",
    message: (a) => `${a.key} cannot be ${a.value}`,
    fix: choose,
  }),
  "config/wrong-type": entry<{ key: string; expected: ValueKind; got: ValueKind }>({
    severity: "error",
    message: (a) => `${a.key} is ${valueKinds[a.got]}; it takes ${valueKinds[a.expected]}`,
    fix: (a) =>
      a.got === "nothing"
        ? "give it a value, or remove the key"
        : (a.got === "number" || a.got === "boolean") && a.expected.startsWith("text")
          ? "put quotes around the value"
          : `write ${valueKinds[a.expected]}`,
  }),
  "config/missing-key": entry<{ key: string; where: string }>({
    severity: "error",
    message: (a) => (a.where === "" ? `${a.key} is missing` : `${a.key} is missing in ${a.where}`),
    fix: (a) => `add \`${a.key}:\``,
  }),
  "config/no-name": entry<Record<string, never>>({
    severity: "error",
    message: () => "the file declares no domain",
    fix: () => "add `domain: example.com`, or `domains:` with a list of names",
  }),
  "config/both-keys": entry<{ first: string; second: string }>({
    severity: "error",
    message: (a) => `${a.first} and ${a.second} cannot be used together`,
    fix: () => "keep one of the two",
  }),
  "config/empty-list": entry<{ key: string }>({
    severity: "error",
    message: (a) => `the list ${a.key} is empty`,
    fix: () => "write at least one item, or remove the key",
  }),
  "config/duration": entry<{ text: string }>({
    severity: "error",
    message: (a) => `${a.text} is not a duration`,
    fix: () =>
      "write seconds, such as 604800, or one whole number with one unit of s m h d w, such as 1w",
  }),
  "config/max-age-range": entry<{ seconds: number }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `a max_age of ${String(a.seconds)} seconds is more than 31557600, about a year`,
    fix: () => "write at most 52w",
  }),
  "config/ttl-range": entry<{ seconds: number }>({
    severity: "error",
    source: "RFC 2181 §8",
    message: (a) => `a TTL of ${String(a.seconds)} seconds is outside 1 to 2147483647`,
    fix: () => "write 1h, which suits most zones",
  }),
  "config/max-age-day": entry<{ seconds: number; domain: string; others: number }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) =>
      a.seconds === 0
        ? `a max_age of 0 seconds lets senders keep nothing: the policy of ${a.domain}${others(a)} protects no mail`
        : `a max_age of ${String(a.seconds)} seconds is less than a day: the policy of ${a.domain}${others(a)} protects mail only while a sender has it cached`,
    fix: () => "write at least 1d; for enforce, several weeks",
  }),
  "config/max-age-week": entry<{ seconds: number; domain: string; others: number }>({
    severity: "warning",
    source: "RFC 8461 §3.2",
    message: (a) =>
      `a max_age of ${String(a.seconds)} seconds is less than a week for the enforce policy of ${a.domain}${others(a)}: a sender that rarely sends you mail forgets the policy in between`,
    fix: () => "write 1w or more",
  }),
  "config/reason": entry<{ key: string; why: "empty" | "control" | "long" }>({
    severity: "error",
    message: (a) =>
      ({
        empty: `the reason under ${a.key} is empty`,
        control: `the reason under ${a.key} has a line break or an invisible character`,
        long: `the reason under ${a.key} has more than 200 characters`,
      })[a.why],
    fix: () => "write the reason in one line of at most 200 characters",
  }),
  "config/policy-host-name": entry<{ name: string; domain: string }>({
    severity: "warning",
    source: "RFC 8461 §3.3",
    message: (a) =>
      `${a.name} looks like the policy host of ${a.domain}, not like a mail domain: its own policy host would be mta-sts.${a.name}`,
    fix: (a) => `write ${a.domain}, unless mail goes to addresses that end in @${a.name}`,
  }),
  "config/duplicate-domain": entry<{ domain: string }>({
    severity: "error",
    message: (a) => `${a.domain} is declared twice`,
    fix: () => "keep one of the two declarations",
  }),
  "config/repeated": entry<{ key: string; value: string }>({
    severity: "warning",
    message: (a) => `${a.value} is listed twice in ${a.key}`,
    fix: () => "remove one of the two",
  }),
  "config/mx-covered": entry<{ pattern: string; by: string }>({
    severity: "note",
    source: "RFC 8461 §4.1",
    message: (a) => `${a.pattern} is already covered by ${a.by}`,
    fix: () => "remove one of the two: the shorter list is easier to review",
  }),
  "config/mx-missing": entry<{ mode: "testing" | "enforce"; domain: string; others: number }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `mode ${a.mode} needs at least one mx pattern, for ${a.domain}${others(a)}`,
    fix: () => "list the hosts of the domain's MX records under `mx:`, or name a `profile:`",
  }),
  "config/mode-missing": entry<{ domain: string; others: number }>({
    severity: "error",
    source: "RFC 8461 §3.2",
    message: (a) => `mta-sts has no mode, for ${a.domain}${others(a)}`,
    fix: () =>
      "add `mode: testing` to start, or `mta-sts: false` if the domain should have no policy",
  }),
  "config/nothing-to-publish": entry<{ domain: string; others: number }>({
    severity: "error",
    message: (a) => `there is nothing to publish for ${a.domain}${others(a)}`,
    fix: () => "add `tls-rpt:` or `mta-sts:`, here or under `defaults:` in stspress.yaml",
  }),
  "config/own-wildcard": entry<{ pattern: string; domain: string; others: number }>({
    severity: "warning",
    source: "RFC 8461 §4.1",
    message: (a) =>
      `${a.pattern} lets every host directly under ${a.pattern.slice(2)} receive the mail of ${a.domain}${others(a)}`,
    fix: () =>
      "list the MX hosts one by one, or use a subdomain only for MX hosts, such as *.mx.example.com",
  }),
  "config/retire-alone": entry<{ keys: readonly string[] }>({
    severity: "warning",
    source: "RFC 8461 §8.3",
    message: (a) =>
      `${a.keys.join(", ")} ${a.keys.length === 1 ? "has" : "have"} no effect beside \`retire: true\``,
    fix: () => "keep only `retire: true`: it publishes mode none with a max_age of one day",
  }),
  "config/zone-outside": entry<{ zone: string; domain: string; others: number }>({
    severity: "error",
    message: (a) => `${a.domain}${others(a)} is not inside the zone ${a.zone}`,
    fix: () => "set `dns: {zone: …}` to the domain itself or to a parent of it",
  }),
  "config/name-too-long": entry<{ name: string; octets: number }>({
    severity: "error",
    source: "RFC 1035 §2.3.4",
    message: (a) =>
      `the record name ${a.name} would be ${String(a.octets)} bytes long; a DNS name has at most 253`,
    fix: () => "a domain this long cannot publish this record; with delegation, use a shorter zone",
  }),
  "config/policy-too-large": entry<{ bytes: number; domain: string }>({
    severity: "error",
    source: "RFC 8461 §3.3",
    message: (a) =>
      `the policy of ${a.domain} would be ${a.bytes.toLocaleString("en-US")} bytes long; senders may stop reading at 64 KB`,
    fix: () => "use wildcard patterns, or group the domains by the MX hosts they use",
  }),
  "config/record-too-large": entry<{ bytes: number; domain: string }>({
    severity: "error",
    source: "RFC 1035 §3.2.1",
    message: (a) =>
      `the TLS-RPT record of ${a.domain} would be ${a.bytes.toLocaleString("en-US")} bytes long; a record holds at most 65,535`,
    fix: () => "list fewer report addresses under `rua:`",
  }),
  "config/profile-name": entry<{ name: string }>({
    severity: "error",
    message: (a) => `${a.name} cannot be the name of a profile`,
    fix: () =>
      "use at most 63 lower-case letters, digits and hyphens, and start with a letter or digit",
  }),
  "config/profile-shadows": entry<{ name: string }>({
    severity: "note",
    message: (a) => `the profile ${a.name} replaces the built-in profile of the same name`,
    fix: () => "rename it if you did not intend that",
  }),
  "config/gone-declared": entry<{ domain: string }>({
    severity: "error",
    message: (a) => `${a.domain} is under \`gone:\`, but it is also declared`,
    fix: () => "remove one of the two",
  }),
  "config/target-choice": entry<{ targets: readonly string[] }>({
    severity: "error",
    message: (a) =>
      `there are several targets (${a.targets.join(", ")}), and \`target:\` does not choose one`,
    fix: (a) => `add \`target: ${a.targets[0] ?? "caddy"}\`: it decides where DNS points`,
  }),
  "config/address-missing": entry<{ target: string }>({
    severity: "warning",
    message: (a) =>
      `the address of the target ${a.target} is not set, so the records of the policy hosts (mta-sts.…) cannot be written`,
    fix: (a) => `add \`targets: {${a.target}: {address: …}}\` to stspress.yaml`,
  }),
  "config/address": entry<{ text: string }>({
    severity: "error",
    message: (a) => `${a.text} is neither an IP address nor a host name`,
    fix: () => "write IP addresses, or one host name, without a port",
  }),
  "config/address-not-public": entry<{
    address: string;
    use: AddressUse;
    domain: string;
    others: number;
  }>({
    severity: "warning",
    source: "RFC 6890 §2.2",
    message: (a) =>
      `${a.address} ${addressUses[a.use]}: no sender on the Internet can fetch the policy of ${a.domain}${others(a)} there`,
    fix: (a) =>
      a.use === "embedded"
        ? "write the IPv4 address itself"
        : "write the address at which the Internet reaches the server",
  }),
  "config/name-not-public": entry<{ key: string; name: string; domain: string; others: number }>({
    severity: "warning",
    source: "RFC 6761 §6",
    message: (a) =>
      `${a.key} names ${a.name}, which is set aside for documentation, tests or private networks: ${a.domain}${others(a)} would rely on what nobody on the Internet can reach`,
    fix: () => "write the name that it has in the public DNS",
  }),
  "config/reports-host": entry<{ text: string }>({
    severity: "error",
    message: (a) => `${a.text} cannot be the host that receives reports`,
    fix: () => "use a host name that serves nothing else, such as reports.example.com",
  }),
  "config/address-mixed": entry<Record<string, never>>({
    severity: "error",
    message: () => "an address is either a list of IP addresses or one host name",
    fix: () => "keep only the IP addresses, or only one host name",
  }),
  "config/address-host-only": entry<{ target: string; example: string }>({
    severity: "error",
    message: (a) => `${a.target} is reached by its host name, not by an IP address`,
    fix: (a) => `write the host name that the platform gave your site, such as ${a.example}`,
  }),
  "config/delegation-address": entry<{ target: string }>({
    severity: "warning",
    source: "RFC 8461 §8.2",
    message: (a) =>
      `delegated domains would point their policy hosts at an IP address of ${a.target}: to change it, every customer would have to edit DNS`,
    fix: () => "give the server a host name and write that as its `address:`",
  }),
  "config/ns-inside": entry<{ name: string; zone: string }>({
    severity: "error",
    source: "RFC 1034 §4.2.1",
    message: (a) =>
      `the name server ${a.name} is inside the zone ${a.zone}, which would then need glue records`,
    fix: () => "use name servers outside the zone, such as those of its parent zone",
  }),
  "config/path": entry<{ text: string }>({
    severity: "error",
    message: (a) => `${a.text} is not an absolute path made of plain names`,
    fix: () =>
      "write a path such as /srv/stspress/site; letters, digits and . _ - / are allowed, .. is not",
  }),
  "config/email": entry<{ text: string }>({
    severity: "error",
    message: (a) => `${a.text} is not a plain mail address`,
    fix: () => "write an address such as postmaster@example.com",
  }),
  "config/more": entry<{ code: string; count: number }>({
    severity: "note",
    message: (a) => `${a.count.toLocaleString("en-US")} more of ${a.code} are not shown`,
    fix: () => "fix the ones that are shown first",
  }),
} as const;
