/**
 * Tells whether a `Content-Type` header's value is `text/plain`, which a policy must have; its
 * parameters make no difference. null: there was no header.
 * @see RFC 8461 §3.2
 */
export function isPolicyMediaType(contentType: string | null): boolean {
  if (contentType === null) return false;
  const semicolon = contentType.indexOf(";");
  const type = semicolon === -1 ? contentType : contentType.slice(0, semicolon);
  return /^[ \t]*text\/plain[ \t]*$/i.test(type);
}
