/** Where TLS reports go: `mailto:` and `https:` URIs (RFC 8460 §3). */
import { percentEncode } from "../diagnostics/catalogue/quote.ts";
import type { Parsed } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import { readHostName } from "../names/host-name.ts";
import { parseIpv4, parseIpv6 } from "../names/ip-address.ts";

/**
 * Reads one report URI as strictly as one should be published, and lowers its scheme and host.
 *
 * Refuses, each with its own `rua/…` code: other schemes, a bare mail address, the `!10m` of old
 * DMARC records, `,` `;` and `!` that are not percent-encoded, several URIs in one, spaces, control
 * characters, anything outside ASCII, wrong hosts (`name/…`) and mailboxes. Header fields of a
 * mailto URI are a warning: RFC 6068 allows them, RFC 8460 §5.3 leaves the sender no use for them.
 * @see RFC 8460 §3, RFC 3986, RFC 6068 §2
 */
export function parseRua(uri: string): Parsed<string> {
  const out = new Problems();
  return out.answer(readRua(uri, 0, out, "rua/http"));
}

/** The host of a URI that {@link parseRua} took: of a mailbox its domain. An IPv6 address has no brackets. */
export function hostOfRua(uri: string): string {
  const host = /^mailto:[^?]*@([^?]+)/.exec(uri) ?? /^https:\/\/(\[[^\]]*\]|[^/?#:]*)/.exec(uri);
  return host?.[1]?.replace(/^\[|\]$/g, "") ?? "";
}

/** Reads a URI that stands at an offset; `http` is the code for one of that scheme. With problems, the result is the nearest thing to a URI. */
export function readRua(
  uri: string,
  offset: number,
  out: Problems,
  http: "rua/http" | "tls-rpt/rua-http",
): string {
  return new RuaReader(uri, offset, out, http).read();
}

class RuaReader {
  readonly #uri: string;
  readonly #offset: number;
  readonly #out: Problems;
  readonly #http: "rua/http" | "tls-rpt/rua-http";

  constructor(uri: string, offset: number, out: Problems, http: "rua/http" | "tls-rpt/rua-http") {
    this.#uri = uri;
    this.#offset = offset;
    this.#out = out;
    this.#http = http;
  }

  read(): string {
    const uri = this.#uri;
    if (uri === "") {
      this.#out.add("rua/empty", {}, this.#offset, 0);
      return uri;
    }
    if (this.#hasBlanks()) return uri;
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1];
    if (scheme === undefined) {
      const code = /^[^@/]+@[^@/]+$/.test(uri) ? "rua/bare-address" : "rua/no-scheme";
      this.#out.add(code, { uri }, this.#offset, uri.length);
      return uri;
    }
    const lower = scheme.length > 10 ? scheme : scheme.toLowerCase();
    if (lower === "http") this.#out.add(this.#http, { uri }, this.#offset, scheme.length);
    if (lower !== "mailto" && lower !== "https" && lower !== "http") {
      this.#out.add("rua/scheme", { uri, scheme }, this.#offset, scheme.length);
      return uri;
    }
    if (!this.#checkDelimiters()) return uri;
    if (!this.#checkPercents()) return uri;
    return lower === "mailto" ? this.#readMailto() : this.#readHttps(lower);
  }

  /** Controls, lists and spaces first: no more can be said about such a text. */
  #hasBlanks(): boolean {
    const uri = this.#uri;
    const control = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.exec(uri);
    if (control !== null) {
      const args = { uri, character: control[0] };
      this.#out.add("rua/control-character", args, this.#offset + control.index, 1);
      return true;
    }
    if (this.#isSeveral()) return true;
    const trimmed = uri.trim();
    const space = /\s/.exec(uri);
    if (space === null) return false;
    const fixed = trimmed === "" || /\s/.test(trimmed) ? null : trimmed;
    this.#out.add("rua/space", { uri, fixed }, this.#offset + space.index, 1);
    return true;
  }

  /** Several URIs in one, as in a TXT record: `mailto:a@example.com, mailto:b@example.com`. */
  #isSeveral(): boolean {
    const uri = this.#uri;
    const found = /[,;] {0,8}(?=(?:mailto|https?):|[^@,;/ ]{1,64}@)/i.exec(uri);
    if (found === null) return false;
    this.#out.add("rua/several", { uri }, this.#offset + found.index, 1);
    return true;
  }

  /** `,` `;` and `!`, which the record's own grammar needs. Says whether reading on makes sense. */
  #checkDelimiters(): boolean {
    const uri = this.#uri;
    const suffix = /![0-9]{1,20}[kmgt]?$/i.exec(uri);
    if (suffix !== null) {
      const args = { uri, suffix: suffix[0], fixed: uri.slice(0, suffix.index) };
      this.#out.add("rua/size-suffix", args, this.#offset + suffix.index, suffix[0].length);
      return false;
    }
    const found = /[,;!]/.exec(uri);
    if (found === null) return true;
    const fixed = beginning(uri).replace(/[,;!]/g, percentEncode);
    const args = { uri, character: found[0], fixed };
    this.#out.add("rua/unencoded", args, this.#offset + found.index, 1);
    return false;
  }

  #checkPercents(): boolean {
    const uri = this.#uri;
    const wrong = /%(?![0-9A-Fa-f]{2})/.exec(uri);
    if (wrong === null) return true;
    const found = uri.slice(wrong.index, wrong.index + 3);
    this.#out.add("rua/percent", { uri, found }, this.#offset + wrong.index, found.length);
    return false;
  }

  #readMailto(): string {
    const uri = this.#uri;
    const start = "mailto:".length;
    if (uri.startsWith("//", start)) {
      const fixed = `mailto:${uri.slice(start + 2)}`;
      this.#out.add("rua/mailto-slashes", { uri, fixed }, this.#offset + start, 2);
      return uri;
    }
    const question = uri.indexOf("?");
    const end = question === -1 ? uri.length : question;
    const mailbox = uri.slice(start, end);
    if (question !== -1) {
      const args = { uri, fixed: uri.slice(0, question) };
      this.#out.add("rua/header-fields", args, this.#offset + end, uri.length - end);
      this.#checkCharacters(end, uri.length, headerCharacter);
    }
    const at = mailbox.indexOf("@");
    const fault =
      at === -1
        ? "no-at"
        : mailbox.includes("@", at + 1)
          ? "several-at"
          : at === mailbox.length - 1
            ? "domain"
            : null;
    if (fault !== null) {
      const args = { uri, mailbox, fault } as const;
      this.#out.add("rua/mailbox", args, this.#offset + start, mailbox.length);
      return uri;
    }
    const local = mailbox.slice(0, at);
    if (this.#checkCharacters(start, start + at, mailboxCharacter) && !isLocalPart(local)) {
      const args = { uri, mailbox, fault: "local" } as const;
      this.#out.add("rua/mailbox", args, this.#offset + start, at);
    }
    const domain = this.#readHost(start + at + 1, end);
    return `mailto:${local}@${domain}${uri.slice(end)}`;
  }

  #readHttps(scheme: string): string {
    const uri = this.#uri;
    const authority = scheme.length + 3;
    if (!uri.startsWith("//", scheme.length + 1)) {
      this.#out.add("rua/no-host", { uri }, this.#offset, uri.length);
      return uri;
    }
    const end = authority + (/^[^/?#]*/.exec(uri.slice(authority))?.[0].length ?? 0);
    this.#checkCharacters(end, uri.length, pathCharacter);
    const userinfo = uri.lastIndexOf("@", end - 1);
    const start = userinfo >= authority ? userinfo + 1 : authority;
    if (userinfo >= authority) {
      this.#out.add("rua/userinfo", { uri }, this.#offset + authority, start - authority);
    }
    const hostEnd = this.#readPort(start, end);
    if (hostEnd === start) {
      this.#out.add("rua/no-host", { uri }, this.#offset + authority, 0);
      return uri;
    }
    const host = uri.startsWith("[", start)
      ? this.#readIpv6(start, hostEnd)
      : parseIpv4(uri.slice(start, hostEnd)) !== null
        ? uri.slice(start, hostEnd)
        : this.#readHost(start, hostEnd);
    return `${scheme}://${host}${uri.slice(hostEnd)}`;
  }

  /** Checks the port, and gives the end of the host before it. */
  #readPort(start: number, end: number): number {
    const uri = this.#uri;
    const bracket = uri.lastIndexOf("]", end - 1);
    const colon = uri.indexOf(":", Math.max(start, bracket));
    if (colon === -1 || colon >= end) return end;
    const port = uri.slice(colon + 1, end);
    if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
      this.#out.add("rua/port", { uri, port }, this.#offset + colon, end - colon);
    }
    return colon;
  }

  #readIpv6(start: number, end: number): string {
    const host = this.#uri.slice(start, end).toLowerCase();
    if (!/^\[.*\]$/.test(host) || parseIpv6(host.slice(1, -1)) === null) {
      this.#out.add("rua/host", { uri: this.#uri, host }, this.#offset + start, end - start);
    }
    return host;
  }

  #readHost(start: number, end: number): string {
    const host = this.#uri.slice(start, end);
    const { ascii, faults } = readHostName(host, this.#offset + start, false);
    for (const fault of faults) this.#out.push(fault);
    return ascii;
  }

  /** Reports the first character of a stretch that may not stand there; percent signs have been checked. */
  #checkCharacters(start: number, end: number, allowed: RegExp): boolean {
    const uri = this.#uri;
    const stretch = uri.slice(start, end);
    const length = allowed.exec(stretch)?.[0].length ?? 0;
    if (length === stretch.length) return true;
    const character = String.fromCodePoint(stretch.codePointAt(length) ?? 0);
    const at = this.#offset + start + length;
    if (character > "\u007f") {
      const encoded = beginning(uri).replace(/[\u0080-\u{10ffff}]/gu, percentEncode);
      this.#out.add("rua/non-ascii", { uri, encoded }, at, character.length);
    } else {
      this.#out.add("rua/character", { uri, character }, at, 1);
    }
    return false;
  }
}

/** RFC 6068 §2: what may stand in the local part as it is, or begin a percent-encoding. */
const mailboxCharacter = /^[A-Za-z0-9\-._~$'()*+:%]*/;
/** RFC 6068 §2: hfields. */
const headerCharacter = /^[A-Za-z0-9\-._~$'()*+:@/?%=&]*/;
/** RFC 3986 §3.3 to §3.5, less `,` `;` and `!`. */
const pathCharacter = /^[A-Za-z0-9\-._~$&'()*+=:@/?%]*(?:#[A-Za-z0-9\-._~$&'()*+=:@/?%]*)?/;

/**
 * Tells whether a percent-encoded text is the local part of an address: a dot-atom or a quoted
 * string of at most 64 octets.
 * @see RFC 6068 §2 and RFC 5321 §4.1.2, §4.5.3.1.1
 */
function isLocalPart(encoded: string): boolean {
  let local: string;
  try {
    local = decodeURIComponent(encoded);
  } catch {
    // Not UTF-8 when decoded.
    return false;
  }
  if (local === "" || new TextEncoder().encode(local).length > 64) return false;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(local)) return false;
  if (/^"(?:[^"\\]|\\.)*"$/u.test(local)) return true;
  return local
    .split(".")
    .every((atom) => /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\u{10ffff}]+$/u.test(atom));
}

/** As much of a URI as a fix shows, and never half a surrogate pair. */
function beginning(uri: string): string {
  return uri.length <= 300 ? uri : uri.slice(0, 300).replace(/[\ud800-\udbff]$/, "");
}
