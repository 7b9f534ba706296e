import { describe, expect, test } from "vitest";
import { jsonSchema, schemaKinds } from "../../src/config/json-schema.ts";
import { builtInProfileNames, builtInProfiles } from "../../src/config/profiles.ts";
import { parseMxPattern } from "../../src/mta-sts/mx-pattern.ts";

interface Node {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly additionalProperties?: unknown;
}

function at(node: Node, path: string): Node {
  let found: Node | undefined = node;
  for (const step of path.split(".")) {
    const maps: readonly Node[] = found?.anyOf ?? (found === undefined ? [] : [found]);
    found = maps.find((option) => option.properties?.[step] !== undefined)?.properties?.[step];
  }
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

function everyKey(node: Node, path = ""): [string, Node][] {
  const inner = [...(node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])];
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([key, value]): [string, Node][] => [
      [`${path}${key}`, value],
      ...everyKey(value, `${path}${key}.`),
    ]),
    ...inner.flatMap((option) => everyKey(option, path)),
  ];
}

describe.each(schemaKinds)("the schema of a %s file", (kind) => {
  const schema = jsonSchema(kind) as Node;

  test("says which draft and what it describes", () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema["title"]).toEqual(expect.any(String));
    expect(schema["$id"]).toContain(kind);
  });

  test("describes every key, and admits no other", () => {
    const keys = everyKey(schema);
    expect(keys.length).toBeGreaterThan(10);
    for (const [key, node] of keys) {
      expect(`${key}: ${node.description ?? ""}`).toMatch(/: \S.*\.$/);
      if (node.properties !== undefined) expect(node.additionalProperties).toBe(false);
    }
    expect(schema.additionalProperties).toBe(false);
  });

  test("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(schema))).toStrictEqual(schema);
  });
});

describe("what editors complete", () => {
  const domain = jsonSchema("domain") as Node;
  const site = jsonSchema("site") as Node;

  test("modes, targets and built-in profiles", () => {
    expect(at(domain, "mta-sts.mode").enum).toEqual(["none", "testing", "enforce"]);
    expect(at(domain, "target").enum).toEqual(["caddy", "nginx", "cloudflare", "github-pages"]);
    const profile = at(site, "defaults.mta-sts.profile");
    expect(profile.anyOf?.[0]?.enum).toEqual(builtInProfileNames);
    expect(
      profile.anyOf?.some((option) => option["type"] === "string" && option.enum === undefined),
    ).toBe(true);
  });

  test("exactly one of domain and domains", () => {
    expect(domain["oneOf"]).toEqual([{ required: ["domain"] }, { required: ["domains"] }]);
    expect(site["oneOf"]).toBeUndefined();
  });

  test("a duration is a number or a text of one form", () => {
    const kinds = at(domain, "mta-sts.max_age").anyOf?.map((option) => option["type"]);
    expect(kinds).toEqual(["integer", "string"]);
  });
});

describe("built-in profiles", () => {
  test.each(Object.entries(builtInProfiles))(
    "%s has publishable patterns and a source",
    (_, profile) => {
      for (const pattern of profile.mx) {
        expect(parseMxPattern(pattern)).toMatchObject({
          ok: true,
          value: { text: pattern },
          warnings: [],
        });
      }
      expect(new Set(profile.mx).size).toBe(profile.mx.length);
      expect(profile.source).toMatch(/\S/);
    },
  );
});
