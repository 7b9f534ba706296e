/** What the DNS of the zoo says: records, and names that it does not answer properly. */

export type RecordType = "A" | "AAAA" | "MX" | "TXT" | "CNAME" | "CAA" | "TLSA";

/** A record; `data` as dns-packet takes it. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly data: unknown;
}

/** How a name is answered badly: with SERVFAIL, or not at all. */
export type Fault = "servfail" | "silent";

export class Zone {
  #records: ZoneRecord[] = [];
  readonly #faults = new Map<string, Fault>();
  readonly #secure = new Set<string>();

  get records(): readonly ZoneRecord[] {
    return this.#records;
  }

  /** By `name TYPE`. */
  get faults(): ReadonlyMap<string, Fault> {
    return this.#faults;
  }

  /** Names whose answers are said to be proven by DNSSEC. */
  get secure(): ReadonlySet<string> {
    return this.#secure;
  }

  /** An A or an AAAA record, as the address is. */
  address(name: string, address: string): this {
    return this.#add(name, address.includes(":") ? "AAAA" : "A", address);
  }

  mx(name: string, exchange: string, preference = 10): this {
    return this.#add(name, "MX", { preference, exchange });
  }

  /** One record of several strings. */
  txt(name: string, ...strings: readonly string[]): this {
    return this.#add(
      name,
      "TXT",
      strings.map((text) => Buffer.from(text, "latin1")),
    );
  }

  cname(name: string, target: string): this {
    return this.#add(name, "CNAME", target);
  }

  caa(name: string, tag: string, value: string): this {
    return this.#add(name, "CAA", { flags: 0, tag, value });
  }

  /** A TLSA record at the SMTP port of a host. */
  tlsa(host: string): this {
    return this.#add(`_25._tcp.${host}`, "TLSA", {
      usage: 3,
      selector: 1,
      matchingType: 1,
      certificate: Buffer.alloc(32, 0xda),
    });
  }

  /** Takes away what there is of a name, or of one type of it. */
  without(name: string, type?: RecordType): this {
    this.#records = this.#records.filter(
      (record) => record.name !== name || (type !== undefined && record.type !== type),
    );
    return this;
  }

  /** Moves what there is of a name to another, and makes it an alias of that. */
  alias(name: string, target: string): this {
    this.#records = this.#records.map((record) =>
      record.name === name ? { ...record, name: target } : record,
    );
    return this.cname(name, target);
  }

  fault(name: string, type: RecordType, fault: Fault): this {
    this.#faults.set(`${name} ${type}`, fault);
    return this;
  }

  proven(name: string): this {
    this.#secure.add(name);
    return this;
  }

  #add(name: string, type: RecordType, data: unknown): this {
    this.#records.push({ name, type, data });
    return this;
  }
}
