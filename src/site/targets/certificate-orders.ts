/** What a certificate authority takes in, for targets that ask for a certificate per policy host. */
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";

/** Let's Encrypt: new orders per account, in {@link windowHours}. */
const ordersPerWindow = 300;
const windowHours = 3;

/** Says how long the first certificates of so many hosts take, when it is longer than one window. */
export function checkCertificateOrders(hosts: number): Diagnostic[] {
  if (hosts <= ordersPerWindow) return [];
  const hours = (Math.ceil(hosts / ordersPerWindow) - 1) * windowHours;
  return [diagnostic("target/certificate-orders", { hosts, hours })];
}
