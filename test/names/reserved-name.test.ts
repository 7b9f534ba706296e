import { expect, it } from "vitest";
import { isPublicName, isReservedName } from "../../src/names/reserved-name.ts";

it.each([
  "example.com",
  "example.net",
  "example.org",
  "mail.example.com",
  "a.b.example.org",
  "test",
  "a.test",
  "acme.example",
  "a.b.invalid",
  "localhost",
  "x.localhost",
  "example",
])("RFC 2606 and 6761: %s is reserved", (name) => {
  expect(isReservedName(name)).toBe(true);
});

it.each([
  "myexample.com",
  "example.de",
  "example.com.de",
  "acme.de",
  "com",
  "test.com",
  "mytest",
  "a.mytest",
  "",
])("%s is not reserved", (name) => {
  expect(isReservedName(name)).toBe(false);
});

it.each(["printer.local", "mx.corp.internal", "x.home.arpa", "a.onion", "a.alt", "acme.example"])(
  "the public DNS cannot know %s",
  (name) => {
    expect(isPublicName(name)).toBe(false);
  },
);

it.each(["acme.de", "local.de", "internal.com", "in-addr.arpa", "example.de", "homearpa.net"])(
  "the public DNS can know %s",
  (name) => {
    expect(isPublicName(name)).toBe(true);
  },
);
