/** The JSON Schemas that give editors completion, made from the definition that validates. */
import { z } from "zod";
import { domainFileSchema, siteFileSchema } from "./schema.ts";

export const schemaKinds = ["site", "domain"] as const;
export type SchemaKind = (typeof schemaKinds)[number];

const about = {
  site: {
    $id: "https://stspress.invalid/schema/site.json",
    title: "stspress.yaml",
    description: "The settings of an stspress site.",
  },
  domain: {
    $id: "https://stspress.invalid/schema/domain.json",
    title: "A domain file of stspress",
    description: "One mail domain, or a group that shares a policy.",
  },
} as const;

/** Returns the JSON Schema (draft 2020-12) of one kind of file, as plain data. */
export function jsonSchema(kind: SchemaKind): Record<string, unknown> {
  const schema = kind === "site" ? siteFileSchema : domainFileSchema;
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  return {
    $schema,
    ...about[kind],
    ...rest,
    // That exactly one of the two names is given is checked in domain-file.ts.
    ...(kind === "domain" ? { oneOf: [{ required: ["domain"] }, { required: ["domains"] }] } : {}),
  };
}
