/** The policies in the lock, and which ones senders still held. */
import type { HeldPolicy, PolicyInstance } from "../analysis/page-data.ts";
import { html, type Html } from "./html.ts";
import { momentWords, dayWords, thousands } from "../../pages/wording.ts";
import { percent } from "./wording.ts";

const maxRows = 50;

/** The instances in the lock. The script reads their times to mark them in the charts. */
export function instancesTable(instances: readonly PolicyInstance[]): Html {
  return html`<table class="stacking instances">
    <caption class="visually-hidden">
      Policy instances
    </caption>
    <thead>
      <tr>
        <th scope="col">Policy id</th>
        <th scope="col">Mode</th>
        <th scope="col">Live since</th>
        <th scope="col">Senders may hold it until</th>
      </tr>
    </thead>
    <tbody>
      ${latest(instances).map(instanceRow)}
    </tbody>
  </table>`;
}

function latest(instances: readonly PolicyInstance[]): readonly PolicyInstance[] {
  const order = (one: PolicyInstance): number => (one.current ? Infinity : (one.liveAt ?? 0));
  return [...instances].sort((a, b) => (order(a) < order(b) ? 1 : -1)).slice(0, maxRows);
}

function instanceRow(one: PolicyInstance): Html {
  const live =
    one.liveAt === null ? null : html` data-live="${one.liveAt}" data-mode="${one.mode}"`;
  return html`<tr${live}><th scope="row" data-label="Policy id"><code>${one.id}</code>${one.current ? html` <span class="tag current">current</span>` : null}</th><td data-label="Mode">${one.mode}</td><td data-label="Live since">${one.liveAt === null ? "not recorded" : momentWords(one.liveAt)}</td><td data-label="Senders may hold it until">${heldUntil(one)}</td></tr>
`;
}

function heldUntil({ current, heldUntil: until }: PolicyInstance): string {
  if (until !== null) return momentWords(until);
  return current ? "still current" : "unknown: the next policy is not recorded live";
}

/** Sessions by the policy that the sender held. */
export function heldTable(held: readonly HeldPolicy[]): Html {
  const more = held.length - maxRows;
  return html`<table class="stacking held">
      <caption class="visually-hidden">
        Sessions by the policy that senders held
      </caption>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col">Mode</th>
          <th scope="col">Last held</th>
          <th scope="col" class="num">Sessions</th>
          <th scope="col" class="num">Failed</th>
        </tr>
      </thead>
      <tbody>
        ${held.slice(0, maxRows).map(heldRow)}
      </tbody>
    </table>
    ${more > 0 ? html`<p class="note">And ${thousands(more)} more.</p>` : null}`;
}

function heldRow(one: HeldPolicy): Html {
  const { rate } = one;
  return html`<tr>
    <th scope="row" data-label="Policy">
      ${policyName(one)}${one.current ? html` <span class="tag current">current</span>` : null}${one.remark === "" ? null : html`<span class="remark">${one.remark}</span>`}
    </th>
    <td data-label="Mode">${one.mode ?? "–"}</td>
    <td data-label="Last held">${dayWords(one.lastDay)}</td>
    <td class="num" data-label="Sessions">${thousands(rate.sessions)}</td>
    <td class="num" data-label="Failed">
      ${thousands(rate.failures)}${rate.rate === null || rate.failures === 0 ? null : html` <span class="note">${percent(rate.rate)}</span>`}
    </td>
  </tr> `;
}

function policyName({ id, type }: HeldPolicy): Html {
  if (id !== null) return html`<code>${id}</code>`;
  if (type === "no-policy-found") return html`no policy found`;
  if (type === "tlsa") return html`TLSA records (DANE)`;
  return type === "sts" ? html`a policy that is not in the lock` : html`<code>${type}</code>`;
}
