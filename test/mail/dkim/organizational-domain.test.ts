/** Which names belong to one organisation. */
import { expect, test } from "vitest";
import { organizationalDomain } from "../../../src/mail/dkim/organizational-domain.ts";

test.each([
  ["example.com", "example.com"],
  ["a.mail.EXAMPLE.com", "example.com"],
  ["mail.example.co.uk", "example.co.uk"],
  ["mail.customer.github.io", "customer.github.io"],
  ["mail.münchen.example", "xn--mnchen-3ya.example"],
  ["co.uk", "co.uk"],
  ["localhost", "localhost"],
  ["192.0.2.1", "192.0.2.1"],
  ["", ""],
])("%s belongs to %s", (name, organization) => {
  expect(organizationalDomain(name)).toBe(organization);
});
