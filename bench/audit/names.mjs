/** What the servers and the clients of the audit's bench agree on. */

/** How late every answer is. */
export const latencyMs = 50;

export function domainAt(index) {
  return `customer-${String(index).padStart(6, "0")}.bench.test`;
}

/** Ten domains share an MX host, as customers of one provider do. */
export function mxHostAt(index) {
  return `host-${String(Math.floor(index / 10)).padStart(5, "0")}.mx.bench.test`;
}
